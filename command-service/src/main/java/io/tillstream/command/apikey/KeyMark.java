package io.tillstream.command.apikey;

/**
 * What is kept of a key.
 *
 * @param prefix its first 12 characters; several keys may share them
 * @param hash SHA-256 of the whole key, lower-case hex
 */
record KeyMark(String prefix, String hash) {}
