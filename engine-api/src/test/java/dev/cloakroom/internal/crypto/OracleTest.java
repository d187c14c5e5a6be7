package dev.cloakroom.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bouncycastle.crypto.Mac;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

/** What is written here, against Bouncy Castle and the JDK: the same for any key, message and place. */
class OracleTest {

    private static final int LONGEST = 300;

    private static byte[] mac(Mac mac, byte[] key, byte[] message, int from, int length) {
        mac.init(new KeyParameter(key));
        mac.update(message, from, length);
        byte[] tag = new byte[mac.getMacSize()];
        mac.doFinal(tag, 0);
        return tag;
    }

    /** Tags a part of an array into the middle of another, as the engine does. */
    private static byte[] tag(Tagger tagger, byte[] message, int from, int length) {
        byte[] out = new byte[tagger.tagLength() + 7];
        tagger.tag(message, from, length, out, 3);
        assertThat(tagger.verify(message, from, length, out, 3)).isTrue();
        assertThat(Arrays.copyOf(out, 3)).containsOnly(0);
        assertThat(Arrays.copyOfRange(out, out.length - 4, out.length)).containsOnly(0);
        return Arrays.copyOfRange(out, 3, 3 + tagger.tagLength());
    }

    private static void sameAs(Function<byte[], Tagger> ours, Mac theirs, byte[] key, byte[] message, int from) {
        int start = Math.min(from, message.length);
        int length = message.length - start;
        Tagger tagger = ours.apply(key);
        byte[] expected = mac(theirs, key, message, start, length);
        assertThat(tag(tagger, message, start, length)).isEqualTo(expected);
        assertThat(tag(tagger, message, start, length)).as("again").isEqualTo(expected);
    }

    @Property
    void hmacSha256_anything_asBouncyCastle(
            @ForAll @Size(max = 150) byte[] key,
            @ForAll @Size(max = LONGEST) byte[] message,
            @ForAll @IntRange(max = 20) int from) {
        sameAs(HmacSha256Tagger::new, new HMac(new SHA256Digest()), key, message, from);
    }

    @Property
    void aesCmac_anything_asBouncyCastle(
            @ForAll @Size(32) byte[] key,
            @ForAll @Size(max = LONGEST) byte[] message,
            @ForAll @IntRange(max = 20) int from) {
        sameAs(AesCmacTagger::new, new CMac(AESEngine.newInstance()), key, message, from);
    }

    @Test
    void aesCmac_longThenShort_nothingLeftBehind() {
        byte[] key = new byte[32];
        Tagger tagger = new AesCmacTagger(key);
        for (int length : new int[] {1_000, 5, 64, 0, 129, 16, 17}) {
            byte[] message = new byte[length];
            Arrays.fill(message, (byte) 0xFF);
            assertThat(tag(tagger, message, 0, length))
                    .isEqualTo(mac(new CMac(AESEngine.newInstance()), key, message, 0, length));
        }
    }

    @Property(tries = 50)
    void ed25519_anything_asTheJdk(@ForAll @Size(32) byte[] seed, @ForAll @Size(max = 100) byte[] message)
            throws GeneralSecurityException {
        byte[] prefix = "a purpose".getBytes(StandardCharsets.US_ASCII);
        byte[] publicKey =
                new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
        Tagger tagger = new Ed25519Tagger(seed, publicKey, prefix);
        byte[] signed = ByteBuffer.allocate(prefix.length + message.length)
                .put(prefix)
                .put(message)
                .array();
        PrivateKey key = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        signature.update(signed);

        assertThat(tag(tagger, message, 0, message.length)).isEqualTo(signature.sign());
        assertThat(tag(tagger, message, 0, message.length)).isEqualTo(tag(tagger, message, 0, message.length));
    }

    @Test
    void ed25519_publicKeyOnly_verifiesAndDoesNotSign() {
        byte[] seed = new byte[32];
        byte[] publicKey =
                new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
        byte[] message = {1, 2, 3};
        byte[] tag = tag(new Ed25519Tagger(seed, publicKey, new byte[] {1}), message, 0, 3);
        Tagger verifier = new Ed25519Tagger(null, publicKey, new byte[] {1});

        assertThat(verifier.verify(message, 0, 3, tag, 0)).isTrue();
        assertThat(new Ed25519Tagger(null, publicKey, new byte[] {2}).verify(message, 0, 3, tag, 0))
                .isFalse();
        assertThatThrownBy(() -> verifier.tag(message, 0, 3, new byte[64], 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void verify_anyBitFlipped_false() {
        byte[] key = new byte[32];
        byte[] publicKey =
                new Ed25519PrivateKeyParameters(key, 0).generatePublicKey().getEncoded();
        byte[] message = new byte[48];
        for (Tagger tagger : new Tagger[] {
            new HmacSha256Tagger(key),
            new AesCmacTagger(key),
            new Blake3Tagger(key),
            new Ed25519Tagger(key, publicKey, new byte[] {1})
        }) {
            byte[] tag = tag(tagger, message, 0, message.length);
            for (int bit = 0; bit < tag.length * 8; bit++) {
                byte[] flipped = flipped(tag, bit);
                assertThat(tagger.verify(message, 0, message.length, flipped, 0))
                        .isFalse();
            }
            for (int bit = 0; bit < message.length * 8; bit += 7) {
                assertThat(tagger.verify(flipped(message, bit), 0, message.length, tag, 0))
                        .isFalse();
            }
            assertThat(tagger.verify(message, 0, message.length, tag, 0)).isTrue();
        }
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    @Property
    void constantTimeEqual_anything_asArrays(
            @ForAll @Size(max = 40) byte[] bytes,
            @ForAll @IntRange(max = 319) int bit,
            @ForAll @IntRange(max = 9) int at) {
        byte[] shifted = new byte[bytes.length + 20];
        System.arraycopy(bytes, 0, shifted, at, bytes.length);

        assertThat(ConstantTime.equal(bytes, 0, shifted, at, bytes.length)).isTrue();
        if (bit < bytes.length * 8) {
            assertThat(ConstantTime.equal(flipped(bytes, bit), 0, shifted, at, bytes.length))
                    .isFalse();
        }
    }

    /** Returns a nonce and, some bytes behind it, what is sealed under it. */
    private static byte[] sealed(Xaes256Gcm cipher, byte[] nonce, byte[] plain, byte[] associated, int apart) {
        byte[] bytes = Arrays.copyOf(nonce, nonce.length + apart + plain.length + Xaes256Gcm.TAG_LENGTH);
        cipher.seal(nonce, plain, associated, bytes, nonce.length + apart);
        return bytes;
    }

    @Property(tries = 200)
    void xaes256Gcm_anything_opensToItselfAndOnlyWhole(
            @ForAll @Size(32) byte[] key,
            @ForAll @Size(24) byte[] nonce,
            @ForAll @Size(max = 100) byte[] plain,
            @ForAll @Size(max = 50) byte[] associated,
            @ForAll @IntRange(max = 9) int apart) {
        Xaes256Gcm cipher = new Xaes256Gcm(key);
        byte[] bytes = sealed(cipher, nonce, plain, associated, apart);
        int at = nonce.length + apart;

        assertThat(cipher.open(bytes, 0, at, associated)).isEqualTo(plain);
        assertThat(cipher.open(flipped(bytes, at * 8 + 5), 0, at, associated)).isNull();
        assertThat(cipher.open(Arrays.copyOf(bytes, bytes.length - 1), 0, at, associated))
                .isNull();
        if (associated.length > 0) {
            assertThat(cipher.open(bytes, 0, at, flipped(associated, 0))).isNull();
        }
    }

    @Test
    void xaes256Gcm_otherNonceOrKey_refused() {
        Xaes256Gcm cipher = new Xaes256Gcm(new byte[32]);
        Xaes256Gcm other = new Xaes256Gcm(flipped(new byte[32], 0));
        byte[] none = new byte[0];
        byte[] bytes = sealed(cipher, new byte[24], none, none, 0);

        for (int bit = 0; bit < 24 * 8; bit++) {
            assertThat(cipher.open(flipped(bytes, bit), 0, 24, none)).isNull();
        }
        assertThat(other.open(bytes, 0, 24, none)).isNull();
        assertThat(cipher.open(Arrays.copyOf(bytes, 39), 0, 24, none)).isNull();
        assertThat(cipher.open(bytes, 0, 24, none)).isEmpty();
        assertThatThrownBy(() -> new Xaes256Gcm(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }
}
