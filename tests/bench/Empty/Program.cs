// Nothing is what it does.
return 0;
