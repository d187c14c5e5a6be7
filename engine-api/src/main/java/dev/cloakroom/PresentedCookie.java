package dev.cloakroom;

import dev.cloakroom.store.SessionKey;

/**
 * A session cookie with a right signature, while the store is asked for its session.
 *
 * @param header the header that it came in
 * @param from where its value begins in the header
 * @param keyHigh the first 64 bits of the session's key
 * @param keyLow the last 64 bits of the session's key
 * @param hashHigh the first 64 bits of the id's hash
 * @param hashLow the last 64 bits of the id's hash
 * @param signedByActiveKey whether the key that signs now signed it
 */
record PresentedCookie(
        String header, int from, long keyHigh, long keyLow, long hashHigh, long hashLow, boolean signedByActiveKey) {

    SessionKey key() {
        return new SessionKey(keyHigh, keyLow);
    }
}
