namespace LayerStore.Tests.Content;

/// <summary>The store as the command line sees it.</summary>
public sealed class ContentStoreTests() : FileStoreContract(StoreOwner.CommandLine);
