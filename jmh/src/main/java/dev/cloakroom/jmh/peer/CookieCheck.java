package dev.cloakroom.jmh.peer;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a cookie's value and the id that a peer looks up: nothing, as is the default everywhere, or the
 * signature that a careful application would add with what the JDK has.
 */
abstract class CookieCheck {

    private CookieCheck() {}

    /** Tells whether there is a signature: without one, a peer keeps its own class for the cookie as it is. */
    abstract boolean signs();

    /** Returns the cookie's value for an id. */
    abstract String issue(String id);

    /** Returns the id in a cookie's value, null if its signature is wrong or missing. */
    abstract @Nullable String idOf(String value);

    static CookieCheck none() {
        return new None();
    }

    static CookieCheck hmacSha256() {
        return new HmacSha256();
    }

    private static final class None extends CookieCheck {

        @Override
        boolean signs() {
            return false;
        }

        @Override
        String issue(String id) {
            return id;
        }

        @Override
        String idOf(String value) {
            return value;
        }
    }

    /** The value is {@code id.tag}. A {@code Mac} is made once per thread, since making one costs more than a tag. */
    private static final class HmacSha256 extends CookieCheck {

        private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

        private final ThreadLocal<Mac> macs;

        HmacSha256() {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            SecretKeySpec secret = new SecretKeySpec(key, "HmacSHA256");
            macs = ThreadLocal.withInitial(() -> mac(secret));
        }

        @Override
        boolean signs() {
            return true;
        }

        @Override
        String issue(String id) {
            return id + '.' + new String(tag(id), StandardCharsets.ISO_8859_1);
        }

        @Override
        @Nullable
        String idOf(String value) {
            int dot = value.lastIndexOf('.');
            if (dot < 0) {
                return null;
            }
            String id = value.substring(0, dot);
            byte[] given = value.substring(dot + 1).getBytes(StandardCharsets.ISO_8859_1);
            return MessageDigest.isEqual(tag(id), given) ? id : null;
        }

        private byte[] tag(String id) {
            return ENCODER.encode(macs.get().doFinal(id.getBytes(StandardCharsets.ISO_8859_1)));
        }

        private static Mac mac(SecretKeySpec secret) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(secret);
                return mac;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
