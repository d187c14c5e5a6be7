package dev.cloakroom.cookie;

import dev.cloakroom.internal.crypto.SystemRandom;
import dev.cloakroom.internal.crypto.Xaes256Gcm;
import dev.cloakroom.internal.crypto.XaesNonces;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.internal.text.Utf8;
import dev.cloakroom.key.KeyRing;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts and authenticates the values of cookies, for small state that is not kept on the server, such as the
 * transaction of an OAuth login. The holder of a cookie can neither read nor change its value, nor use it as the value
 * of another cookie: sealing binds the cookie's name and the {@linkplain KeyRing#forApplication application}. It does
 * not hide the value's length. A copy is valid as long as its key; pass a maximum age to {@link #open} for a shorter
 * time.
 *
 * <p>The algorithm is XAES-256-GCM, under a subkey of the ring's active key of any algorithm. Thread-safe. Parameters
 * are not nullable unless annotated.
 */
public final class CookieSealer {

    private static final int BOX = CookieValue.HEAD + Xaes256Gcm.NONCE_LENGTH;

    private final KeyRing ring;
    private final InstantSource clock;
    private final XaesNonces nonces;
    private final DerivedKeys<Xaes256Gcm> ciphers;

    private CookieSealer(KeyRing ring, InstantSource clock, SecureRandom random) {
        this.ring = ring;
        this.clock = clock;
        this.nonces = new XaesNonces(random);
        this.ciphers = DerivedKeys.subkeys(ring, "sealed-cookie", Xaes256Gcm.KEY_LENGTH, Xaes256Gcm::new);
    }

    /** Returns a sealer with a ring's keys. */
    public static CookieSealer create(KeyRing ring) {
        return create(ring, InstantSource.system(), SystemRandom.create());
    }

    /** Returns a sealer with a ring's keys, a clock, and a source of random bits for nonces. */
    public static CookieSealer create(KeyRing ring, InstantSource clock, SecureRandom random) {
        return new CookieSealer(
                Objects.requireNonNull(ring, "ring"),
                Objects.requireNonNull(clock, "clock"),
                Objects.requireNonNull(random, "random"));
    }

    /**
     * Seals the value of a cookie. The result has letters, digits, {@code -} and {@code _} only.
     *
     * @param name the cookie's name
     * @param value any text
     * @throws IllegalArgumentException if the name is not a token (RFC 6265), the value has half a surrogate pair, or
     *     the cookie is larger than 4096 bytes
     * @throws IllegalStateException if the ring has no active key
     */
    public String seal(String name, String value) {
        long now = clock.millis();
        Keyed<Xaes256Gcm> keyed = ciphers.signer(now);
        byte[] plain = Utf8.encode("the cookie's value", value);
        byte[] nonce = nonces.next();
        byte[] sealed = CookieValue.begin(BOX + plain.length + Xaes256Gcm.TAG_LENGTH, keyed.key(), now / 1000)
                .put(nonce)
                .array();
        keyed.value().seal(nonce, plain, CookieValue.boundTo(name, sealed, 0), sealed, BOX);
        return CookieValue.checkedText(name, sealed);
    }

    /**
     * Opens the sealed value of a cookie, of any age. Does not throw for any value.
     *
     * @param name the cookie's name
     * @param sealed the value in the request, or null if it has none
     */
    public Verified open(String name, @Nullable String sealed) {
        return check(name, sealed, null);
    }

    /**
     * Opens the sealed value of a cookie. Does not throw for any value.
     *
     * @param name the cookie's name
     * @param sealed the value in the request, or null if it has none
     * @param maxAge the age from which a value is {@link Rejection#EXPIRED}
     */
    public Verified open(String name, @Nullable String sealed, Duration maxAge) {
        return check(name, sealed, Objects.requireNonNull(maxAge, "maxAge"));
    }

    private Verified check(String name, @Nullable String sealed, @Nullable Duration maxAge) {
        CookieValue value = CookieValue.parse(sealed);
        if (value == null || value.bytes().length < BOX + Xaes256Gcm.TAG_LENGTH) {
            return new Verified.Invalid(Rejection.MALFORMED);
        }
        long now = clock.millis();
        Keyed<Xaes256Gcm> keyed = ciphers.find(value.keyId(), now);
        Rejection unusable = CookieValue.unusable(ring, keyed, value.keyId(), now);
        if (keyed == null || unusable != null) {
            return new Verified.Invalid(unusable == null ? Rejection.UNKNOWN_KEY : unusable);
        }
        byte[] bytes = value.bytes();
        byte[] plain = keyed.value().open(bytes, CookieValue.HEAD, BOX, CookieValue.boundTo(name, bytes, 0));
        if (plain == null) {
            return new Verified.Invalid(Rejection.FORGED);
        }
        return value.isOlderThan(maxAge, now)
                ? new Verified.Invalid(Rejection.EXPIRED)
                : new Verified.Valid(new String(plain, StandardCharsets.UTF_8), value.keyId());
    }
}
