package dev.cloakroom.internal.id;

import dev.cloakroom.internal.crypto.Hkdf;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionStore;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;

/**
 * Makes session ids.
 *
 * <p>An id is 256 secret bits. The cookie contains the id and the session's {@linkplain SessionKey key}, 128 public
 * bits that never change. The store holds only a {@linkplain IdHash hash} of the id. So a session gets another id by
 * one compare-and-set on its record; it never has two records, or none.
 *
 * <p>A new session and a login draw the id at random. A renewal derives it by HKDF-SHA-256 (RFC 5869) from the old id,
 * a subkey that only the engine has, and a new random nonce. The record keeps the nonce during the grace of the old id.
 * A request that presents the old id gets the same new id, so a lost response logs no user out, and concurrent requests
 * get equal cookies. Computing the new id takes the old id, the record and the key ring.
 *
 * <p>Thread-safe.
 */
public final class SessionIds {

    public static final int LENGTH = 32;
    public static final int NONCE_LENGTH = 16;
    private static final int KEY_LENGTH = 2 * Long.BYTES;

    private final SecureRandom random;
    private final DerivedKeys<byte[]> renewalKeys;

    public SessionIds(KeyRing ring, SecureRandom random) {
        this.random = random;
        this.renewalKeys = DerivedKeys.subkeys(ring, "session-renewal", LENGTH, subkey -> subkey);
    }

    /** Returns a key for a new session, chosen by the store. */
    public SessionKey newKey(SessionStore store) {
        return store.newKey(random);
    }

    public byte[] newId() {
        return randomBytes(LENGTH);
    }

    public byte[] newNonce() {
        return randomBytes(NONCE_LENGTH);
    }

    /** Returns the successor of an id under the active key. */
    public byte[] renewed(SessionKey key, byte[] id, byte[] nonce, long now) {
        return renewed(renewalKeys.signer(now), key, id, nonce);
    }

    /** Returns the possible successors of an id, one for each key of the ring. */
    public List<byte[]> renewals(SessionKey key, byte[] id, byte[] nonce, long now) {
        return renewalKeys.all(now).stream()
                .map(keyed -> renewed(keyed, key, id, nonce))
                .toList();
    }

    private static byte[] renewed(Keyed<byte[]> keyed, SessionKey key, byte[] id, byte[] nonce) {
        byte[] info = ByteBuffer.allocate(KEY_LENGTH + NONCE_LENGTH)
                .putLong(key.high())
                .putLong(key.low())
                .put(nonce)
                .array();
        return Hkdf.sha256(id, keyed.value(), info, LENGTH);
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
