package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SecretBytes;
import dev.cloakroom.key.SigningKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Looks for a header that makes a lookup throw or ask the store, without knowing the key. */
class LookupFuzz {

    private static final int KEY_ID = 0x3f2a9c01;
    private static final SessionEngine ENGINE = SessionEngine.builder()
            .keys(KeyRing.of(SigningKey.of(
                    KEY_ID,
                    KeyAlgorithm.AES_256_CMAC,
                    SecretBytes.copyOf("a key that nobody must ever use   ".getBytes(StandardCharsets.US_ASCII)),
                    new KeyState.Active())))
            .withoutSweeping()
            .build();

    @FuzzTest(maxDuration = "2s")
    void lookup_anyHeader_neverThrowsAndNeverAsksTheStore(FuzzedDataProvider input) {
        String header = input.consumeBoolean() ? input.consumeRemainingAsString() : wellFormed(input);

        assertThat(ENGINE.lookup(header)).isInstanceOfAny(Lookup.Absent.class, Lookup.Rejected.class);
        assertThat(ENGINE.metrics().storeReads()).isZero();
    }

    /** Returns a header that gets as far as the signature if the rest has the right length. */
    private static String wellFormed(FuzzedDataProvider input) {
        String before = input.consumeString(10);
        byte[] rest = input.consumeRemainingAsBytes();
        byte[] value = ByteBuffer.allocate(5 + rest.length)
                .put((byte) 1)
                .putInt(KEY_ID)
                .put(rest)
                .array();
        return before + ";" + CookiePolicy.STRICT_NAME + "="
                + Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }
}
