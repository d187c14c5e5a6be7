package dev.cloakroom.cookie;

import dev.cloakroom.internal.crypto.Tagger;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.internal.pool.StripedPool;
import dev.cloakroom.internal.text.Utf8;
import dev.cloakroom.key.KeyRing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Signs the values of cookies. The holder of a cookie can read its value, but cannot change it or use it as the value
 * of another cookie: the signature binds the cookie's name and the {@linkplain KeyRing#forApplication application}. A
 * copy is valid as long as its key; pass a maximum age to {@link #verify} for a shorter time.
 *
 * <p>Thread-safe. Parameters are not nullable unless annotated.
 */
public final class CookieSigner {

    private final KeyRing ring;
    private final InstantSource clock;
    private final DerivedKeys<StripedPool<Tagger>> taggers;

    private CookieSigner(KeyRing ring, InstantSource clock) {
        this.ring = ring;
        this.clock = clock;
        this.taggers = DerivedKeys.verifiers(ring, "signed-cookie", StripedPool::new);
    }

    /** Returns a signer with a ring's keys. With a ring of public keys it can only verify. */
    public static CookieSigner create(KeyRing ring) {
        return create(ring, InstantSource.system());
    }

    /** Returns a signer with a ring's keys and a clock. */
    public static CookieSigner create(KeyRing ring, InstantSource clock) {
        return new CookieSigner(Objects.requireNonNull(ring, "ring"), Objects.requireNonNull(clock, "clock"));
    }

    /**
     * Signs the value of a cookie. The result has letters, digits, {@code -} and {@code _} only.
     *
     * @param name the cookie's name
     * @param value any text
     * @throws IllegalArgumentException if the name is not a token (RFC 6265), the value has half a surrogate pair, or
     *     the cookie is larger than 4096 bytes
     * @throws IllegalStateException if the ring has no active key
     */
    public String sign(String name, String value) {
        long now = clock.millis();
        Keyed<StripedPool<Tagger>> keyed = taggers.signer(now);
        Tagger tagger = keyed.value().take();
        byte[] body = Utf8.encode("the cookie's value", value);
        byte[] signed = CookieValue.begin(CookieValue.HEAD + body.length + tagger.tagLength(), keyed.key(), now / 1000)
                .put(body)
                .array();
        byte[] message = message(name, signed, body.length);
        tagger.tag(message, 0, message.length, signed, CookieValue.HEAD + body.length);
        keyed.value().give(tagger);
        return CookieValue.checkedText(name, signed);
    }

    /**
     * Verifies the signed value of a cookie, of any age. Does not throw for any value.
     *
     * @param name the cookie's name
     * @param signed the value in the request, or null if it has none
     */
    public Verified verify(String name, @Nullable String signed) {
        return check(name, signed, null);
    }

    /**
     * Verifies the signed value of a cookie. Does not throw for any value.
     *
     * @param name the cookie's name
     * @param signed the value in the request, or null if it has none
     * @param maxAge the age from which a value is {@link Rejection#EXPIRED}
     */
    public Verified verify(String name, @Nullable String signed, Duration maxAge) {
        return check(name, signed, Objects.requireNonNull(maxAge, "maxAge"));
    }

    private Verified check(String name, @Nullable String signed, @Nullable Duration maxAge) {
        CookieValue value = CookieValue.parse(signed);
        if (value == null) {
            return new Verified.Invalid(Rejection.MALFORMED);
        }
        long now = clock.millis();
        Keyed<StripedPool<Tagger>> keyed = taggers.find(value.keyId(), now);
        Rejection unusable = CookieValue.unusable(ring, keyed, value.keyId(), now);
        if (keyed == null || unusable != null) {
            return new Verified.Invalid(unusable == null ? Rejection.UNKNOWN_KEY : unusable);
        }
        Tagger tagger = keyed.value().take();
        byte[] bytes = value.bytes();
        int body = bytes.length - CookieValue.HEAD - tagger.tagLength();
        boolean genuine = false;
        if (body >= 0) {
            byte[] message = message(name, bytes, body);
            genuine = tagger.verify(message, 0, message.length, bytes, CookieValue.HEAD + body);
        }
        keyed.value().give(tagger);
        if (!genuine) {
            return new Verified.Invalid(body < 0 ? Rejection.MALFORMED : Rejection.FORGED);
        }
        if (value.isOlderThan(maxAge, now)) {
            return new Verified.Invalid(Rejection.EXPIRED);
        }
        byte[] text = Arrays.copyOfRange(bytes, CookieValue.HEAD, CookieValue.HEAD + body);
        return new Verified.Valid(new String(text, StandardCharsets.UTF_8), value.keyId());
    }

    private static byte[] message(String name, byte[] value, int bodyLength) {
        byte[] message = CookieValue.boundTo(name, value, bodyLength);
        ByteBuffer.wrap(message, message.length - bodyLength, bodyLength).put(value, CookieValue.HEAD, bodyLength);
        return message;
    }
}
