package dev.cloakroom.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Looks for a header that leads the search for a cookie astray. */
class CookieHeaderFuzz {

    @FuzzTest(maxDuration = "2s")
    void next_anyTextAndName_staysInside(FuzzedDataProvider input) {
        String name = "n" + input.consumeString(20);
        String header = input.consumeRemainingAsString();
        int from = 0;
        for (long pair = CookieHeader.next(header, name, 0);
                pair >= 0;
                pair = CookieHeader.next(header, name, (int) pair)) {
            int start = (int) (pair >>> Integer.SIZE);
            int end = (int) pair;
            assertThat(start).isGreaterThan(from).isLessThanOrEqualTo(end);
            assertThat(end).isLessThanOrEqualTo(header.length());
            assertThat(header.substring(from, start)).endsWith(name + "=");
            assertThat(header.substring(start, end)).doesNotContain(";");
            from = end;
        }
        assertThat(CookieHeader.values(header, name)).hasSizeLessThanOrEqualTo(4);
    }
}
