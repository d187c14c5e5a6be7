package dev.cloakroom;

import dev.cloakroom.internal.crypto.Hkdf;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.PrincipalKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Hashes principals for the store's index, by HKDF-SHA-256 (RFC 5869) under a subkey, so that a stolen store does not
 * reveal them.
 *
 * <p>The hash depends on the active key, and keys rotate. The write that gives a browser a cookie of the new key also
 * moves the session to the new key's hash. Until then the session is found under the old key, which stays in the ring
 * while such cookies are valid. Thread-safe.
 */
final class PrincipalKeys {

    private static final int LENGTH = 2 * Long.BYTES;
    private static final byte[] NO_SALT = new byte[0];

    private final DerivedKeys<byte[]> keys;

    PrincipalKeys(KeyRing ring) {
        this.keys = DerivedKeys.subkeys(ring, "principal-index", 32, subkey -> subkey);
    }

    /** Returns the index key of a principal under the active key. */
    PrincipalKey current(String principal, long now) {
        return hash(keys.signer(now), principal);
    }

    /** Returns all index keys under which sessions of a principal may be listed, the one of the active key last. */
    List<PrincipalKey> all(String principal, long now) {
        int signer = keys.signer(now).key().id();
        List<PrincipalKey> all = new ArrayList<>();
        for (Keyed<byte[]> key : keys.all(now)) {
            if (key.key().id() != signer) {
                all.add(hash(key, principal));
            }
        }
        all.add(current(principal, now));
        return all;
    }

    private static PrincipalKey hash(Keyed<byte[]> key, String principal) {
        byte[] name = principal.getBytes(StandardCharsets.UTF_8);
        ByteBuffer hash = ByteBuffer.wrap(Hkdf.sha256(key.value(), NO_SALT, name, LENGTH));
        return new PrincipalKey(hash.getLong(), hash.getLong());
    }
}
