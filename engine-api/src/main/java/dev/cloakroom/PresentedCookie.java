package dev.cloakroom;

import dev.cloakroom.store.SessionKey;

/**
 * A session cookie with a valid signature, before its session is loaded.
 *
 * @param header the {@code Cookie} header
 * @param from the index of the cookie's value in the header
 * @param keyHigh the first 64 bits of the session's key
 * @param keyLow the last 64 bits of the session's key
 * @param hashHigh the first 64 bits of the id's hash
 * @param hashLow the last 64 bits of the id's hash
 * @param signedByActiveKey whether the active key signed it
 */
record PresentedCookie(
        String header, int from, long keyHigh, long keyLow, long hashHigh, long hashLow, boolean signedByActiveKey) {

    SessionKey key() {
        return new SessionKey(keyHigh, keyLow);
    }
}
