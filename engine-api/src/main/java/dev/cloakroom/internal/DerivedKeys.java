package dev.cloakroom.internal;

import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is derived from each key of a ring, derived once. A ring gives out the same {@link KeySet} until its keys change;
 * then the derivations of the keys that stayed are kept and only those of new keys are made.
 *
 * <p>Safe for use by any number of threads. Finding one allocates nothing.
 *
 * @param <T> what is derived
 */
public final class DerivedKeys<T> {

    private final KeyRing ring;
    private final Predicate<SigningKey> suitable;
    private final Function<SigningKey, T> derive;
    private volatile State<T> state;

    private record State<T>(
            KeySet source, List<Keyed<T>> keys, @Nullable Keyed<T> signer) {}

    /** Prepares to derive from a ring's suitable keys. */
    public DerivedKeys(KeyRing ring, Predicate<SigningKey> suitable, Function<SigningKey, T> derive) {
        this.ring = ring;
        this.suitable = suitable;
        this.derive = derive;
        this.state = new State<>(KeySet.EMPTY, List.of(), null);
    }

    /** Returns what is derived from the key of an id, or null if there is no such key or it is not suitable. */
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
     * Returns what is derived from the key that signs.
     *
     * @throws IllegalStateException if none does
     */
    public Keyed<T> signer(long epochMillis) {
        Keyed<T> signer = stateAt(epochMillis).signer();
        if (signer == null) {
            throw new IllegalStateException("none of the key ring's keys can sign");
        }
        return signer;
    }

    /** Returns what is derived from all suitable keys. */
    public List<Keyed<T>> all(long epochMillis) {
        return stateAt(epochMillis).keys();
    }

    @SuppressWarnings("ReferenceEquality") // a ring returns the same set until its keys change
    private State<T> stateAt(long epochMillis) {
        KeySet source = ring.at(epochMillis);
        State<T> current = state;
        return current.source() == source ? current : derived(source, current);
    }

    /** Two threads may do this at a time; the same comes of it, and one result is dropped. */
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
            if (keyed.key().hasSameMaterial(key)) {
                return keyed.value();
            }
        }
        return derive.apply(key);
    }
}
