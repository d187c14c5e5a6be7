package dev.cloakroom.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SecretBytes;
import dev.cloakroom.key.SigningKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** Looks for a signed or sealed value that throws, or is taken for genuine, without knowing the key. */
class CookieValueFuzz {

    private static final int KEY_ID = 0x3f2a9c01;
    private static final KeyRing KEYS = KeyRing.of(SigningKey.of(
            KEY_ID,
            KeyAlgorithm.AES_256_CMAC,
            SecretBytes.copyOf("the secret of a fuzz target, 32+ bytes".getBytes(StandardCharsets.UTF_8)),
            new KeyState.Active()));
    private static final CookieSigner SIGNER = CookieSigner.create(KEYS);
    private static final CookieSealer SEALER = CookieSealer.create(KEYS);

    @FuzzTest(maxDuration = "2s")
    void check_anyText_neverValidAndNeverThrows(FuzzedDataProvider input) {
        String text = input.consumeBoolean() ? input.consumeRemainingAsString() : wellFormed(input);

        assertThat(SIGNER.verify("theme", text)).isInstanceOf(Verified.Invalid.class);
        assertThat(SIGNER.verify("theme", text, Duration.ofSeconds(1))).isInstanceOf(Verified.Invalid.class);
        assertThat(SEALER.open("theme", text)).isInstanceOf(Verified.Invalid.class);
    }

    /** Returns a value that gets as far as the signature. */
    private static String wellFormed(FuzzedDataProvider input) {
        byte[] rest = input.consumeRemainingAsBytes();
        byte[] value = ByteBuffer.allocate(5 + rest.length)
                .put((byte) 1)
                .putInt(KEY_ID)
                .put(rest)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }
}
