package dev.cloakroom;

import dev.cloakroom.internal.Keyed;
import dev.cloakroom.internal.Tagger;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one check of a cookie works with, kept from check to check so that none of them allocates: the decoded bytes, a
 * digest, and a tagger for each key met lately. After a check that succeeded it holds what the cookie said. Not
 * thread-safe; borrowed from a pool.
 */
final class Workspace {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int CAPACITY = 128;
    private static final int TAGGERS = 4;

    final byte[] bytes = new byte[CAPACITY];
    private final byte[] digest = new byte[32];
    private final MessageDigest sha256 = SessionIds.sha256();
    private final @Nullable Keyed<?>[] keys = new Keyed<?>[TAGGERS];
    private final @Nullable Tagger[] taggers = new Tagger[TAGGERS];
    private int oldest;

    /** What the cookie said: which session, the hash of the id, and whether the key that signs now signed it. */
    long keyHigh;

    long keyLow;
    long hashHigh;
    long hashLow;
    boolean signedByActiveKey;

    static int intAt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    @SuppressWarnings("ReferenceEquality") // the very same derivation, not an equal one
    Tagger tagger(Keyed<Supplier<Tagger>> keyed) {
        for (int i = 0; i < TAGGERS; i++) {
            Tagger known = taggers[i];
            if (keys[i] == keyed && known != null) {
                return known;
            }
        }
        Tagger tagger = keyed.value().get();
        keys[oldest] = keyed;
        taggers[oldest] = tagger;
        oldest = (oldest + 1) % TAGGERS;
        return tagger;
    }

    /** Reads the session's key and hashes it with the id, which lie between two positions. */
    void read(int from, int to, boolean byActiveKey) {
        keyHigh = (long) LONG.get(bytes, from);
        keyLow = (long) LONG.get(bytes, from + Long.BYTES);
        try {
            sha256.update(bytes, from, to - from);
            sha256.digest(digest, 0, digest.length);
        } catch (DigestException e) {
            throw new AssertionError("a SHA-256 digest has 32 bytes", e);
        }
        hashHigh = (long) LONG.get(digest, 0);
        hashLow = (long) LONG.get(digest, Long.BYTES);
        signedByActiveKey = byActiveKey;
    }
}
