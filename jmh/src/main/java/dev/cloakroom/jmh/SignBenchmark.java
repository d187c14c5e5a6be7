package dev.cloakroom.jmh;

import dev.cloakroom.cookie.CookieSigner;
import dev.cloakroom.cookie.Verified;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What signing and verifying a cookie's value of 32 characters costs, by algorithm; {@code jca-} is what a program of a
 * few lines does with the JDK alone: a {@code Mac} or {@code Signature} made anew each time, and base64.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar SignBenchmark -prof gc
 * }</pre>
 */
public class SignBenchmark extends Measured {

    private static final String NAME = "theme";
    private static final String VALUE = "0123456789abcdef0123456789abcdef";

    @Param({"hmac", "cmac", "blake3", "ed25519", "jca-hmac", "jca-ed25519"})
    String algorithm = "";

    private Scheme scheme = new Plain();
    private String signed = "";

    private interface Scheme {
        String sign(String value);

        boolean verify(String signed);
    }

    @Setup
    public void start() throws GeneralSecurityException {
        scheme = switch (algorithm) {
            case "jca-hmac" -> new JcaHmac();
            case "jca-ed25519" -> new JcaEd25519();
            default -> new Ours(CookieSigner.create(KeyRing.of(SigningKey.generate(Cloakroom.algorithm(algorithm)))));
        };
        signed = scheme.sign(VALUE);
        if (!scheme.verify(signed)) {
            throw new IllegalStateException("what was signed cannot be verified");
        }
    }

    @Benchmark
    public String sign() {
        return scheme.sign(VALUE);
    }

    @Benchmark
    public boolean verify() {
        return scheme.verify(signed);
    }

    private record Plain() implements Scheme {
        @Override
        public String sign(String value) {
            return value;
        }

        @Override
        public boolean verify(String signed) {
            return false;
        }
    }

    private record Ours(CookieSigner signer) implements Scheme {
        @Override
        public String sign(String value) {
            return signer.sign(NAME, value);
        }

        @Override
        public boolean verify(String signed) {
            return signer.verify(NAME, signed) instanceof Verified.Valid;
        }
    }

    private static final class JcaHmac implements Scheme {

        private final SecretKeySpec key = new SecretKeySpec(new byte[32], "HmacSHA256");

        private byte[] tag(String value) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(key);
                return mac.doFinal((NAME + "=" + value).getBytes(StandardCharsets.UTF_8));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String sign(String value) {
            return value + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(tag(value));
        }

        @Override
        public boolean verify(String signed) {
            int dot = signed.lastIndexOf('.');
            return MessageDigest.isEqual(
                    tag(signed.substring(0, dot)), Base64.getUrlDecoder().decode(signed.substring(dot + 1)));
        }
    }

    private static final class JcaEd25519 implements Scheme {

        private final KeyPair keys;

        JcaEd25519() throws GeneralSecurityException {
            keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        }

        private static byte[] message(String value) {
            return (NAME + "=" + value).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String sign(String value) {
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(keys.getPrivate());
                signature.update(message(value));
                return value + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean verify(String signed) {
            try {
                int dot = signed.lastIndexOf('.');
                Signature signature = Signature.getInstance("Ed25519");
                signature.initVerify(keys.getPublic());
                signature.update(message(signed.substring(0, dot)));
                return signature.verify(Base64.getUrlDecoder().decode(signed.substring(dot + 1)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
