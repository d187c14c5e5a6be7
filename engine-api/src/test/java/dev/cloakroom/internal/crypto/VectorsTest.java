package dev.cloakroom.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is signed, derived or encrypted, against the vectors that its specification publishes. */
class VectorsTest {

    /** The message of RFC 4493, section 4, and of SP 800-38B, appendix D. */
    private static final String CMAC_MESSAGE = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String tag(Tagger tagger, byte[] message) {
        byte[] tag = new byte[tagger.tagLength()];
        tagger.tag(message, 0, message.length, tag, 0);
        assertThat(tagger.verify(message, 0, message.length, tag, 0)).isTrue();
        return hex(tag);
    }

    @ParameterizedTest
    @CsvSource({
        "0b, 20, 'Hi There', b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        "4a656665, 1, 'what do ya want for nothing?',"
                + " 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "aa, 131, 'Test Using Larger Than Block-Size Key - Hash Key First',"
                + " 60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        "aa, 131, 'This is a test using a larger than block-size key and a larger than block-size data. The key needs"
                + " to be hashed before being used by the HMAC algorithm.',"
                + " 9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    })
    void hmacSha256_rfc4231Text_tag(String key, int times, String message, String expected) {
        Tagger tagger = new HmacSha256Tagger(bytes(key.repeat(times)));

        assertThat(tag(tagger, message.getBytes(StandardCharsets.US_ASCII))).isEqualTo(expected);
        assertThat(tag(tagger, message.getBytes(StandardCharsets.US_ASCII)))
                .as("again")
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, dd,"
                + " 773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        "0102030405060708090a0b0c0d0e0f10111213141516171819, cd,"
                + " 82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    })
    void hmacSha256_rfc4231FiftyBytes_tag(String key, String message, String expected) {
        assertThat(tag(new HmacSha256Tagger(bytes(key)), bytes(message.repeat(50))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        // RFC 4493, section 4
        "2b7e151628aed2a6abf7158809cf4f3c, 0, bb1d6929e95937287fa37d129b756746",
        "2b7e151628aed2a6abf7158809cf4f3c, 16, 070a16b46b4d4144f79bdd9dd04a287c",
        "2b7e151628aed2a6abf7158809cf4f3c, 40, dfa66747de9ae63030ca32611497c827",
        "2b7e151628aed2a6abf7158809cf4f3c, 64, 51f0bebf7e3b9d92fc49741779363cfe",
        // SP 800-38B, appendix D.3
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 0, 028962f61b7bf89efc6b551f4667d983",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 16, 28a7023f452e8f82bd4bf28d8c37c35c",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 40, aaf3d8f1de5640c232f5b169b9c911e6",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 64, e1992190549f6ed5696a2c056c315410"
    })
    void aesCmac_rfc4493AndSp80038b_tag(String key, int length, String expected) {
        Tagger tagger = new AesCmacTagger(bytes(key));
        byte[] message = Arrays.copyOf(bytes(CMAC_MESSAGE), length);

        assertThat(tag(tagger, message)).isEqualTo(expected);
        assertThat(tag(tagger, message)).as("again").isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
        "1, 6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
        "64, ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6",
        "1024, 75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4",
        "1025, 357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69"
    })
    void blake3Keyed_officialTestVectors_tag(int length, String expected) {
        byte[] key = "whats the Elvish word for friend".getBytes(StandardCharsets.US_ASCII);
        byte[] message = new byte[length];
        for (int i = 0; i < length; i++) {
            message[i] = (byte) (i % 251);
        }

        assertThat(tag(new Blake3Tagger(key), message)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                + " d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a, '',"
                + " e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                + " 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c, 72,"
                + " 92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
    })
    void ed25519_rfc8032_keyAndSignature(String seed, String publicKey, String message, String expected) {
        Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(bytes(seed), 0);
        assertThat(hex(key.generatePublicKey().getEncoded())).isEqualTo(publicKey);

        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(bytes(message), 0, message.length() / 2);
        assertThat(hex(signer.generateSignature())).isEqualTo(expected);
    }

    @Test
    void hkdf_rfc5869_outputs() {
        assertThat(hex(Hkdf.sha256(
                        bytes("0b".repeat(22)),
                        bytes("000102030405060708090a0b0c"),
                        bytes("f0f1f2f3f4f5f6f7f8f9"),
                        42)))
                .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
        assertThat(hex(Hkdf.sha256(range(0x00), range(0x60), range(0xb0), 82)))
                .isEqualTo(
                        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                                + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
        assertThat(hex(Hkdf.sha256(bytes("0b".repeat(22)), new byte[0], new byte[0], 42)))
                .isEqualTo("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    }

    /** Returns 80 bytes that count up. */
    private static byte[] range(int first) {
        byte[] range = new byte[80];
        for (int i = 0; i < range.length; i++) {
            range[i] = (byte) (first + i);
        }
        return range;
    }

    @ParameterizedTest
    @CsvSource({
        "01, '', ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271",
        "03, c2sp.org/XAES-256-GCM, 986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"
    })
    void xaes256Gcm_c2sp_box(String keyByte, String associated, String expected) {
        Xaes256Gcm cipher = new Xaes256Gcm(bytes(keyByte.repeat(32)));
        byte[] nonce = "ABCDEFGHIJKLMNOPQRSTUVWX".getBytes(StandardCharsets.US_ASCII);
        byte[] plain = "XAES-256-GCM".getBytes(StandardCharsets.US_ASCII);
        byte[] aad = associated.getBytes(StandardCharsets.US_ASCII);
        byte[] box = new byte[plain.length + Xaes256Gcm.TAG_LENGTH];

        cipher.seal(nonce, plain, aad, box, 0);

        assertThat(hex(box)).isEqualTo(expected);
        byte[] nonceAndBox = bytes(hex(nonce) + expected);
        assertThat(cipher.open(nonceAndBox, 0, nonce.length, aad)).isEqualTo(plain);
    }
}
