package dev.cloakroom.internal.id;

import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.internal.pool.Padded;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The reused buffers of the verification of a cookie: the characters, the decoded bytes, and a tagger for each of the
 * last keys. After a successful verification it holds the cookie's content. Not thread-safe; borrowed from a pool.
 */
public final class Workspace extends Padded {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int CAPACITY = 128;
    private static final int CHARACTERS = (CAPACITY + 2) / 3 * 4;
    private static final int TAGGERS = 4;

    final char[] characters = new char[CHARACTERS];
    final byte[] bytes = new byte[CAPACITY];
    private final @Nullable Keyed<?>[] keys = new Keyed<?>[TAGGERS];
    private final @Nullable IdTagger[] taggers = new IdTagger[TAGGERS];
    private int oldest;

    private long keyHigh;
    private long keyLow;
    private long hashHigh;
    private long hashLow;
    private boolean signedByActiveKey;

    @SuppressWarnings("unused") // takes room
    private final byte[] padding = new byte[Padded.BYTES];

    /** Returns the first 64 bits of the session key in the cookie that was verified last. */
    public long keyHigh() {
        return keyHigh;
    }

    /** Returns the last 64 bits of the session key in the cookie that was verified last. */
    public long keyLow() {
        return keyLow;
    }

    /** Returns the first 64 bits of the id's hash. */
    public long hashHigh() {
        return hashHigh;
    }

    /** Returns the last 64 bits of the id's hash. */
    public long hashLow() {
        return hashLow;
    }

    /** Returns whether the active key signed the cookie that was verified last. */
    public boolean isSignedByActiveKey() {
        return signedByActiveKey;
    }

    static int intAt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    @SuppressWarnings("ReferenceEquality") // the very same derivation, not an equal one
    IdTagger tagger(Keyed<Supplier<IdTagger>> keyed) {
        for (int i = 0; i < TAGGERS; i++) {
            IdTagger known = taggers[i];
            if (keys[i] == keyed && known != null) {
                return known;
            }
        }
        IdTagger tagger = keyed.value().get();
        keys[oldest] = keyed;
        taggers[oldest] = tagger;
        oldest = (oldest + 1) % TAGGERS;
        return tagger;
    }

    /** Stores the session's key, and the hash that a tagger computed last. */
    void read(int keyAt, IdTagger tagger, boolean byActiveKey) {
        keyHigh = (long) LONG.get(bytes, keyAt);
        keyLow = (long) LONG.get(bytes, keyAt + Long.BYTES);
        hashHigh = tagger.hashHigh();
        hashLow = tagger.hashLow();
        signedByActiveKey = byActiveKey;
    }
}
