package dev.cloakroom.internal.id;

import dev.cloakroom.internal.crypto.ConstantTime;
import dev.cloakroom.internal.crypto.Tagger;
import dev.cloakroom.key.KeyAlgorithm;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.Supplier;

/**
 * Computes, under one key, the tag of an id for the cookie and the hash of the id for the store. Both cover the
 * session's key and the id.
 *
 * <p>HMAC-SHA-256 and keyed BLAKE3 yield 256 bits. Without the key, one half cannot be computed from the other; even
 * with the key, the id cannot be computed from them. So one pass yields both: the first half is the tag, the second the
 * hash. AES-CMAC can be inverted with the key, and Ed25519 has no spare bits, so with these the hash is a SHA-256 hash.
 *
 * <p>A hash of the first kind depends on the key that signed the cookie. That is sufficient, because an id is only
 * presented in the cookie that was made with its hash. An id that is signed again under another key gets another hash.
 *
 * <p>Not thread-safe; part of a {@link Workspace}.
 */
abstract sealed class IdTagger {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int OUTPUT_LENGTH = 32;
    private static final int HALF = OUTPUT_LENGTH / 2;

    final Tagger tagger;
    final byte[] output = new byte[OUTPUT_LENGTH];
    private final int hashAt;

    private IdTagger(Tagger tagger, int hashAt) {
        this.tagger = tagger;
        this.hashAt = hashAt;
    }

    /** Returns a source of id taggers that use an algorithm's taggers. */
    static Supplier<IdTagger> of(KeyAlgorithm algorithm, Supplier<Tagger> taggers) {
        return switch (algorithm) {
            case HMAC_SHA_256, BLAKE3 -> () -> new Halved(taggers.get());
            case AES_256_CMAC, ED25519 -> () -> new Hashing(taggers.get());
        };
    }

    /** Returns the length of a tag, in bytes. */
    abstract int tagLength();

    /** Writes the tag of the bytes between two positions, and computes their hash. */
    abstract void tag(byte[] bytes, int from, int to, int tagAt);

    /** Returns whether the tag of the bytes between two positions is right. If it is, computes their hash too. */
    abstract boolean verify(byte[] bytes, int from, int to, int tagAt);

    /** Returns the first 64 bits of the hash that was computed last. */
    final long hashHigh() {
        return (long) LONG.get(output, hashAt);
    }

    /** Returns the last 64 bits of the hash that was computed last. */
    final long hashLow() {
        return (long) LONG.get(output, hashAt + Long.BYTES);
    }

    private static final class Halved extends IdTagger {

        Halved(Tagger tagger) {
            super(tagger, HALF);
        }

        @Override
        int tagLength() {
            return HALF;
        }

        @Override
        void tag(byte[] bytes, int from, int to, int tagAt) {
            tagger.tag(bytes, from, to - from, output, 0);
            System.arraycopy(output, 0, bytes, tagAt, HALF);
        }

        @Override
        boolean verify(byte[] bytes, int from, int to, int tagAt) {
            tagger.tag(bytes, from, to - from, output, 0);
            return ConstantTime.equal(output, 0, bytes, tagAt, HALF);
        }
    }

    private static final class Hashing extends IdTagger {

        private final MessageDigest sha256 = sha256();

        Hashing(Tagger tagger) {
            super(tagger, 0);
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java platform has SHA-256", e);
            }
        }

        @Override
        int tagLength() {
            return tagger.tagLength();
        }

        @Override
        void tag(byte[] bytes, int from, int to, int tagAt) {
            tagger.tag(bytes, from, to - from, bytes, tagAt);
            hash(bytes, from, to);
        }

        @Override
        boolean verify(byte[] bytes, int from, int to, int tagAt) {
            boolean right = tagger.verify(bytes, from, to - from, bytes, tagAt);
            if (right) {
                hash(bytes, from, to);
            }
            return right;
        }

        private void hash(byte[] bytes, int from, int to) {
            try {
                sha256.update(bytes, from, to - from);
                sha256.digest(output, 0, OUTPUT_LENGTH);
            } catch (DigestException e) {
                throw new AssertionError("a SHA-256 digest has 32 bytes", e);
            }
        }
    }
}
