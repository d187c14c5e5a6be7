package dev.cloakroom.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Base64;

/** Looks for a text that is accepted and is not the one text of its bytes. */
class Base64UrlFuzz {

    @FuzzTest(maxDuration = "2s")
    void decode_anyText_refusedOrTheOneTextOfItsBytes(FuzzedDataProvider input) {
        String text = input.consumeRemainingAsString();
        byte[] out = new byte[64];

        int length = Base64Url.decode(text, 0, text.length(), new char[100], out);

        if (length >= 0) {
            assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(out, length)))
                    .isEqualTo(text);
        }
    }
}
