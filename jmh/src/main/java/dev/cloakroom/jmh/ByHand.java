package dev.cloakroom.jmh;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.SplittableRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The path of {@link LookupBenchmark} written out by hand, for this one workload and no other: what is left when a
 * library is taken away. It looks for the cookie, decodes it without checking a character, computes the signature and
 * the id's hash, goes to one slot of one array that leads to one array with everything about the session in it, compares
 * key, hash and deadlines, and reads an attribute where it is known to lie. No object is made, nothing is borrowed or
 * counted, no error told from another, no write foreseen. A faster lookup needs other memory.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar 'ByHand|LookupBenchmark' -p store=heap -p sealed=false
 * }</pre>
 */
public class ByHand extends Measured {

    private static final String NAME = "__Host-Http-session=";

    /** A cookie: form and key id, key, id, tag. */
    private static final int COOKIE = 69;

    private static final int KEY_AT = 5;
    private static final int TAG_AT = 53;

    /** A record: the key, last access, idle timeout, absolute deadline, the id's hash, an attribute, and other things. */
    private static final int SESSION = 1_064;

    private static final int ACCESS_AT = 16;
    private static final int IDLE_AT = 24;
    private static final int DEADLINE_AT = 32;
    private static final int HASH_AT = 66;
    private static final int ATTRIBUTE_AT = 142;

    private static final long SIX_HOURS = 6 * 3_600_000;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(byte[][].class);
    private static final byte[] VALUES = new byte[256];

    static {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < alphabet.length(); i++) {
            VALUES[alphabet.charAt(i)] = (byte) i;
        }
    }

    @Param({"100000", "1000000"})
    int sessions;

    @Param({"hmac", "cmac"})
    String algorithm = "";

    private String[] headers = new String[0];
    private byte[][] slots = new byte[0][];

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(5);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        Request request = new Request();
        request.start(this);
        int[] next = Workload.cycle(sessions);
        headers = new String[sessions];
        slots = new byte[Integer.highestOneBit(4 * sessions - 1) * 2][];
        for (int i = 0; i < sessions; i++) {
            byte[] cookie = new byte[COOKIE];
            random.nextBytes(cookie);
            request.signature.compute(cookie);
            System.arraycopy(request.signature.tag, 0, cookie, TAG_AT, COOKIE - TAG_AT);
            headers[i] = "theme=dark; " + NAME + base64.encodeToString(cookie) + "; lang=en";
            byte[] record = ByteBuffer.allocate(SESSION)
                    .put(cookie, KEY_AT, 16)
                    .putLong(ACCESS_AT, System.currentTimeMillis())
                    .putLong(IDLE_AT, SIX_HOURS)
                    .putLong(DEADLINE_AT, Long.MAX_VALUE)
                    .put(HASH_AT, request.signature.hash, request.signature.hashAt, 16)
                    .putInt(ATTRIBUTE_AT, next[i])
                    .array();
            int slot = (int) (long) LONG.get(cookie, KEY_AT) & slots.length - 1;
            while (slots[slot] != null) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = record;
        }
    }

    /** What a thread works with, and where it is. */
    @State(Scope.Thread)
    public static class Request {

        @SuppressWarnings("NullAway.Init")
        private Signature signature;

        private final char[] characters = new char[128];
        private final byte[] cookie = new byte[128];
        private int at;

        @Setup
        public void start(ByHand path) {
            try {
                signature = path.algorithm.equals("hmac") ? new Hmac() : new Cmac();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Computes the tag and the id's hash of a decoded cookie. */
    private abstract static class Signature {

        final MessageDigest sha256;
        final byte[] hash = new byte[32];
        final byte[] tag;
        final int hashAt;

        /** With one array for both, the first half is the tag and the second the hash. */
        Signature(boolean both) throws GeneralSecurityException {
            sha256 = MessageDigest.getInstance("SHA-256");
            tag = both ? hash : new byte[48];
            hashAt = both ? 16 : 0;
        }

        abstract void compute(byte[] cookie);
    }

    private static final class Hmac extends Signature {

        private final byte[] inner = new byte[64 + TAG_AT - KEY_AT];
        private final byte[] outer = new byte[64 + 32];

        Hmac() throws GeneralSecurityException {
            super(true);
        }

        @Override
        void compute(byte[] cookie) {
            try {
                System.arraycopy(cookie, KEY_AT, inner, 64, TAG_AT - KEY_AT);
                sha256.update(inner);
                sha256.digest(outer, 64, 32);
                sha256.update(outer);
                sha256.digest(hash, 0, 32);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Cmac extends Signature {

        private final Cipher aes;

        Cmac() throws GeneralSecurityException {
            super(false);
            aes = Cipher.getInstance("AES/CBC/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[32], "AES"), new IvParameterSpec(new byte[16]));
        }

        @Override
        void compute(byte[] cookie) {
            try {
                aes.doFinal(cookie, KEY_AT, TAG_AT - KEY_AT, tag, 0);
                System.arraycopy(tag, 32, tag, 0, 16);
                sha256.update(cookie, KEY_AT, TAG_AT - KEY_AT);
                sha256.digest(hash, 0, 32);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Benchmark
    public int path(Request request) {
        String header = headers[request.at];
        byte[] cookie = request.cookie;
        decode(header, request.characters, cookie);
        Signature signature = request.signature;
        signature.compute(cookie);
        if (!equal(signature.tag, 0, cookie, TAG_AT)) {
            throw new IllegalStateException("a forged cookie");
        }
        long now = System.currentTimeMillis();
        byte[] record = find(cookie);
        if (now >= (long) LONG.get(record, ACCESS_AT) + (long) LONG.get(record, IDLE_AT)
                || now >= (long) LONG.get(record, DEADLINE_AT)
                || !equal(signature.hash, signature.hashAt, record, HASH_AT)) {
            throw new IllegalStateException("a session that is over");
        }
        request.at = (int) INT.get(record, ATTRIBUTE_AT);
        return request.at;
    }

    private static void decode(String header, char[] characters, byte[] cookie) {
        int from = header.indexOf(NAME) + NAME.length();
        int to = header.indexOf(';', from);
        header.getChars(from, to, characters, 0);
        int at = 0;
        for (int i = 0; i < to - from; i += 4) {
            int bits = VALUES[characters[i] & 0xFF] << 18
                    | VALUES[characters[i + 1] & 0xFF] << 12
                    | VALUES[characters[i + 2] & 0xFF] << 6
                    | VALUES[characters[i + 3] & 0xFF];
            INT.set(cookie, at, bits << Byte.SIZE);
            at += 3;
        }
    }

    private byte[] find(byte[] cookie) {
        byte[][] table = slots;
        for (int slot = (int) (long) LONG.get(cookie, KEY_AT); ; slot++) {
            byte[] record = (byte[]) SLOT.getVolatile(table, slot & table.length - 1);
            if (equal(record, 0, cookie, KEY_AT)) {
                return record;
            }
        }
    }

    private static boolean equal(byte[] one, int from, byte[] other, int at) {
        return (long) LONG.get(one, from) == (long) LONG.get(other, at)
                && (long) LONG.get(one, from + Long.BYTES) == (long) LONG.get(other, at + Long.BYTES);
    }
}
