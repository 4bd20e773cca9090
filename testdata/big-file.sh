#!/bin/bash
# big-file.sh: writes 1 GiB to standard output: 3/8 incompressible, 3/8 base64 text, 1/4 repeated lines; the same on every run where openssl is.
# Whoever keeps it checks the length: writers before a `head` end by a signal, so this script's exit code says little.
set -eu

mebibyte=1048576

# Bytes without a pattern.
random() {
    if command -v openssl > /dev/null; then
        head -c "$1" /dev/zero | openssl enc -aes-128-ctr -nosalt -pbkdf2 -pass pass:layerstore
    else
        head -c "$1" /dev/urandom
    fi
}

random $((384 * mebibyte))
{
    random $((384 * mebibyte)) | base64 -w 76 | head -c $((384 * mebibyte))
    yes 'a line that is there again and again' | head -c $((256 * mebibyte))
} 2> /dev/null
