package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.RequestGuard.Verdict;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestGuardTest {

    private static final RequestGuard GUARD = RequestGuard.builder()
            .allowOrigin("https://app.example.com")
            .allowOrigin("http://localhost:3000")
            .build();

    private static Verdict check(String method, String site, String origin, String host) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Sec-Fetch-Site", site);
        headers.put("Origin", origin);
        headers.put("Host", host);
        return GUARD.check(method, headers::get);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, cross-site, https://evil.example, example.com, ALLOWED",
        "HEAD, cross-site, https://evil.example, example.com, ALLOWED",
        "OPTIONS, cross-site, https://evil.example, example.com, ALLOWED",
        "POST, same-origin, https://example.com, example.com, ALLOWED",
        "POST, none, , example.com, ALLOWED",
        "POST, same-site, https://other.example.com, example.com, CROSS_ORIGIN",
        "POST, cross-site, https://evil.example, example.com, CROSS_ORIGIN",
        "POST, cross-site, , example.com, CROSS_ORIGIN",
        "POST, anything else, , example.com, CROSS_ORIGIN",
        "POST, '', , example.com, CROSS_ORIGIN",
        "POST, cross-site, https://app.example.com, example.com, ALLOWED",
        "POST, , https://app.example.com, example.com, ALLOWED",
        "POST, , http://localhost:3000, example.com, ALLOWED",
        "POST, , http://localhost:3001, example.com, FOREIGN_ORIGIN",
        "POST, , https://example.com, example.com, ALLOWED",
        "POST, , https://EXAMPLE.com:8443, example.com:8443, ALLOWED",
        "POST, , https://example.com:8443, example.com, FOREIGN_ORIGIN",
        "POST, , https://evil.example, example.com, FOREIGN_ORIGIN",
        "POST, , https://example.com.evil.example, example.com, FOREIGN_ORIGIN",
        "POST, , null, example.com, FOREIGN_ORIGIN",
        "POST, , '', example.com, FOREIGN_ORIGIN",
        "POST, , https://example.com, , FOREIGN_ORIGIN",
        "POST, , , example.com, ALLOWED",
        "post, cross-site, , example.com, CROSS_ORIGIN",
        "DELETE, cross-site, , example.com, CROSS_ORIGIN",
        "PUT, cross-site, , example.com, CROSS_ORIGIN",
        "get, cross-site, , example.com, CROSS_ORIGIN",
        "PROPFIND, cross-site, , example.com, CROSS_ORIGIN"
    })
    void check_request_judged(String method, String site, String origin, String host, Verdict expected) {
        assertThat(check(method, site, origin, host)).isEqualTo(expected);
        assertThat(expected.isAllowed()).isEqualTo(expected == Verdict.ALLOWED);
    }

    @Test
    void sameOrigin_noOtherOriginAllowed() {
        assertThat(RequestGuard.sameOrigin()
                        .check("POST", Map.of("Origin", "https://app.example.com", "Host", "example.com")::get))
                .isEqualTo(Verdict.FOREIGN_ORIGIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "*",
                "example.com",
                "https://",
                "https://example.com/",
                "https://example.com/path",
                "https://user@example.com",
                "https://example.com?q",
                "HTTPS://example.com",
                "https://Example.com",
                "https://exa mple.com"
            })
    void allowOrigin_notAnOrigin_refused(String origin) {
        assertThatThrownBy(() -> RequestGuard.builder().allowOrigin(origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(origin);
    }
}
