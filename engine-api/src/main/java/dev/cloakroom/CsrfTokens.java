package dev.cloakroom;

import dev.cloakroom.internal.crypto.ConstantTime;
import dev.cloakroom.internal.crypto.Hkdf;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.internal.text.Base64Url;
import dev.cloakroom.key.KeyRing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Makes and checks CSRF tokens. A session's token is HKDF-SHA-256 (RFC 5869), under a subkey, over the session's key,
 * its principal and the time of its login. It is not stored, a renewal keeps it, and a login changes it. Its text is
 * {@code mask | token XOR mask} with a new random mask each time, against compression side channels (BREACH).
 *
 * <p>Thread-safe.
 */
final class CsrfTokens {

    private static final int LENGTH = 32;
    private static final int TEXT_LENGTH = (2 * LENGTH * 4 + 2) / 3;

    private final DerivedKeys<byte[]> keys;
    private final SecureRandom random;

    CsrfTokens(KeyRing ring, SecureRandom random) {
        this.keys = DerivedKeys.subkeys(ring, "csrf", LENGTH, subkey -> subkey);
        this.random = random;
    }

    String make(WorkingSession session, long now) {
        byte[] mask = new byte[LENGTH];
        random.nextBytes(mask);
        byte[] token = token(keys.signer(now), session);
        byte[] masked =
                ByteBuffer.allocate(2 * LENGTH).put(mask).put(xor(token, mask)).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(masked);
    }

    boolean check(WorkingSession session, String text, long now) {
        byte[] masked = new byte[2 * LENGTH];
        if (Base64Url.decode(text, 0, text.length(), new char[TEXT_LENGTH], masked) != masked.length) {
            return false;
        }
        byte[] mask = ByteBuffer.allocate(LENGTH).put(masked, 0, LENGTH).array();
        byte[] token =
                xor(ByteBuffer.allocate(LENGTH).put(masked, LENGTH, LENGTH).array(), mask);
        boolean genuine = false;
        for (Keyed<byte[]> key : keys.all(now)) {
            genuine |= key.key().canVerify(now) && ConstantTime.equal(token(key, session), 0, token, 0, LENGTH);
        }
        return genuine;
    }

    private static byte[] token(Keyed<byte[]> key, WorkingSession session) {
        String principal = session.principalName();
        Instant loggedInAt = session.view(Reserved.LOGGED_IN_AT);
        byte[] name = text(principal);
        byte[] info = ByteBuffer.allocate(3 * Long.BYTES + name.length)
                .putLong(session.key().high())
                .putLong(session.key().low())
                .putLong(loggedInAt == null ? 0 : loggedInAt.toEpochMilli())
                .put(name)
                .array();
        return Hkdf.sha256(key.value(), new byte[0], info, LENGTH);
    }

    private static byte[] text(@Nullable String principal) {
        return principal == null ? new byte[0] : principal.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] xor(byte[] one, byte[] other) {
        byte[] result = one.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= other[i];
        }
        return result;
    }
}
