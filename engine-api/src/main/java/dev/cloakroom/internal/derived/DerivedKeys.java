package dev.cloakroom.internal.derived;

import dev.cloakroom.internal.crypto.DerivationContext;
import dev.cloakroom.internal.crypto.KeyAccess;
import dev.cloakroom.internal.crypto.Tagger;
import dev.cloakroom.internal.crypto.Taggers;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SigningKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The values that are derived from the keys of a ring, for one purpose and the ring's {@linkplain KeyRing#application
 * application}. Each value is derived once. When the keys of the ring change, the values of the remaining keys stay,
 * and only those of new keys are derived.
 *
 * <p>Thread-safe. Finding a value allocates nothing.
 *
 * @param <T> the type of the values
 */
public final class DerivedKeys<T> {

    private static final KeyAccess<SigningKey> ACCESS = KeyAccess.of(SigningKey.class);
    private static final int TAGGER_KEY_LENGTH = 32;

    private final KeyRing ring;
    private final Predicate<SigningKey> suitable;
    private final Function<SigningKey, T> derive;
    private volatile State<T> state;

    private record State<T>(
            KeySet source, List<Keyed<T>> keys, @Nullable Keyed<T> signer) {}

    private DerivedKeys(KeyRing ring, Predicate<SigningKey> suitable, Function<SigningKey, T> derive) {
        this.ring = ring;
        this.suitable = suitable;
        this.derive = derive;
        this.state = new State<>(KeySet.EMPTY, List.of(), null);
    }

    /**
     * Derives a subkey from each key that has a secret.
     *
     * @param purpose the purpose of the subkeys; each use has a different purpose
     * @param length the length of a subkey, in bytes
     * @param make returns the value of a subkey
     */
    public static <T> DerivedKeys<T> subkeys(KeyRing ring, String purpose, int length, Function<byte[], T> make) {
        String application = ring.application();
        return new DerivedKeys<>(
                ring, SigningKey::hasSecret, key -> make.apply(ACCESS.subkey(key, application, purpose, length)));
    }

    /** Derives a source of taggers from each key that has a secret. */
    public static <T> DerivedKeys<T> taggers(
            KeyRing ring, String purpose, BiFunction<KeyAlgorithm, Supplier<Tagger>, T> make) {
        String application = ring.application();
        return new DerivedKeys<>(
                ring, SigningKey::hasSecret, key -> make.apply(key.algorithm(), taggersOf(key, application, purpose)));
    }

    /** Derives a source of taggers from each key that is not revoked. The taggers of a public key only verify. */
    public static <T> DerivedKeys<T> verifiers(KeyRing ring, String purpose, Function<Supplier<Tagger>, T> make) {
        String application = ring.application();
        return new DerivedKeys<>(
                ring,
                key -> !(key.state() instanceof KeyState.Revoked),
                key -> make.apply(taggersOf(key, application, purpose)));
    }

    private static Supplier<Tagger> taggersOf(SigningKey key, String application, String purpose) {
        return switch (key.algorithm()) {
            case HMAC_SHA_256 -> Taggers.hmacSha256(taggerKey(key, application, purpose));
            case AES_256_CMAC -> Taggers.aesCmac(taggerKey(key, application, purpose));
            case BLAKE3 -> Taggers.blake3(taggerKey(key, application, purpose));
            case ED25519 ->
                Taggers.ed25519(
                        key.hasSecret() ? ACCESS.ed25519Seed(key) : null,
                        key.publicKey(),
                        DerivationContext.of(application, purpose));
        };
    }

    private static byte[] taggerKey(SigningKey key, String application, String purpose) {
        return ACCESS.subkey(key, application, "tag:" + key.algorithm().id() + ":" + purpose, TAGGER_KEY_LENGTH);
    }

    /** Returns the value of the key with an id, or null if there is no such key or no value of it. */
    public @Nullable Keyed<T> find(int keyId, long epochMillis) {
        List<Keyed<T>> keys = stateAt(epochMillis).keys();
        for (int i = 0; i < keys.size(); i++) {
            Keyed<T> keyed = keys.get(i);
            if (keyed.key().id() == keyId) {
                return keyed;
            }
        }
        return null;
    }

    /**
     * Returns the value of the active key.
     *
     * @throws IllegalStateException if there is no active key
     */
    public Keyed<T> signer(long epochMillis) {
        Keyed<T> signer = stateAt(epochMillis).signer();
        if (signer == null) {
            throw new IllegalStateException("the key ring has no active key, which signs: activate a key");
        }
        return signer;
    }

    /** Returns all values. */
    public List<Keyed<T>> all(long epochMillis) {
        return stateAt(epochMillis).keys();
    }

    @SuppressWarnings("ReferenceEquality") // a ring returns the same set until its keys change
    private State<T> stateAt(long epochMillis) {
        KeySet source = ring.at(epochMillis);
        State<T> current = state;
        return current.source() == source ? current : derived(source, current);
    }

    /** Derives the values of a set of keys. Concurrent calls derive equal values, and one result is dropped. */
    private State<T> derived(KeySet source, State<T> before) {
        List<Keyed<T>> keys = new ArrayList<>();
        Keyed<T> signer = null;
        for (SigningKey key : source.keys()) {
            if (suitable.test(key)) {
                Keyed<T> keyed = new Keyed<>(key, known(before, key));
                keys.add(keyed);
                signer = key.canSign() ? keyed : signer;
            }
        }
        State<T> next = new State<>(source, List.copyOf(keys), signer);
        state = next;
        return next;
    }

    private T known(State<T> before, SigningKey key) {
        for (Keyed<T> keyed : before.keys()) {
            if (ACCESS.hasSameMaterial(keyed.key(), key)) {
                return keyed.value();
            }
        }
        return derive.apply(key);
    }
}
