package dev.cloakroom.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloakroom.internal.text.CookiePairs;

/** Looks for a header that leads the search for a cookie astray. */
class CookieHeaderFuzz {

    @FuzzTest(maxDuration = "2s")
    void find_anyTextAndName_staysInside(FuzzedDataProvider input) {
        String name = "n" + input.consumeString(20);
        String header = input.consumeRemainingAsString();
        int from = 0;
        for (long pair = CookiePairs.find(header, name, 0);
                pair != CookiePairs.NONE;
                pair = CookiePairs.find(header, name, CookiePairs.end(pair))) {
            int start = CookiePairs.start(pair);
            int end = CookiePairs.end(pair);
            assertThat(start).isGreaterThan(from).isLessThanOrEqualTo(end);
            assertThat(end).isLessThanOrEqualTo(header.length());
            boolean quoted = header.charAt(start - 1) == '"';
            assertThat(header.substring(from, start)).endsWith(name + (quoted ? "=\"" : "="));
            assertThat(header.substring(start, end)).doesNotContain(";");
            from = end;
        }
        assertThat(CookieHeader.values(header, name)).hasSizeLessThanOrEqualTo(4);
    }
}
