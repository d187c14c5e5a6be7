package dev.cloakroom.jmh;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * What one pass of the JDK's AES-256-GCM over a session of the {@link Workload} costs: the limit for a sealed lookup.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar SealBenchmark
 * }</pre>
 */
public class SealBenchmark extends Measured {

    private static final int SESSION = 1_000;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
    private final byte[] nonce = new byte[NONCE];
    private final byte[] plain = new byte[SESSION];
    private byte[] sealed = new byte[0];

    @SuppressWarnings("NullAway.Init")
    private Cipher cipher;

    @Setup
    public void seal() throws GeneralSecurityException {
        cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        sealed = cipher.doFinal(plain);
    }

    @Benchmark
    public int open() throws GeneralSecurityException {
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher.doFinal(ByteBuffer.wrap(sealed), ByteBuffer.wrap(plain));
    }
}
