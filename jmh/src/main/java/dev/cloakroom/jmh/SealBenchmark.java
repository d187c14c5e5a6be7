package dev.cloakroom.jmh;

import java.security.GeneralSecurityException;
import java.util.SplittableRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What one pass of the JDK's AES-256-GCM over a session of the {@link Workload}'s size costs: the limit for a sealed
 * lookup. One key opens all of them. Which is next depends on what was decrypted, as in a lookup, so with many sessions
 * the time that memory takes counts.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar SealBenchmark
 * }</pre>
 */
public class SealBenchmark extends Measured {

    private static final int SESSION = 1_000;
    private static final int NONCE = 12;
    private static final int TAG = 16;

    @Param({"1", "100000", "1000000"})
    int sessions;

    private final SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
    private byte[][] sealed = new byte[0][];
    private int[] next = new int[0];

    /** A cipher, and where a thread is. */
    @State(Scope.Thread)
    public static class Reader {

        final Cipher cipher = newCipher();
        int at;
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Setup
    public void seal() throws GeneralSecurityException {
        SplittableRandom random = new SplittableRandom(4);
        Cipher cipher = newCipher();
        byte[] nonce = new byte[NONCE];
        next = Workload.cycle(sessions);
        sealed = new byte[sessions][];
        for (int i = 0; i < sessions; i++) {
            random.nextBytes(nonce);
            byte[] box = new byte[NONCE + SESSION + TAG];
            System.arraycopy(nonce, 0, box, 0, NONCE);
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG * Byte.SIZE, nonce));
            cipher.doFinal(new byte[SESSION], 0, SESSION, box, NONCE);
            sealed[i] = box;
        }
    }

    @Benchmark
    public int open(Reader reader) throws GeneralSecurityException {
        byte[] box = sealed[reader.at];
        byte[] plain = new byte[SESSION];
        reader.cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG * Byte.SIZE, box, 0, NONCE));
        reader.cipher.doFinal(box, NONCE, SESSION + TAG, plain, 0);
        reader.at = next[reader.at] + plain[SESSION - 1];
        return reader.at;
    }
}
