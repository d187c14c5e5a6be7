package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.RequestGuard.Verdict;
import java.util.HashMap;
import java.util.List;
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

    /** A server may turn a GET into another method by X-HTTP-Method-Override or _method. */
    @Test
    void check_overriddenMethod_onlyTheMethodPassedIsJudged() {
        Map<String, String> headers = headers(
                "X-HTTP-Method-Override",
                "DELETE",
                "Sec-Fetch-Site",
                "cross-site",
                "Origin",
                "https://evil.example",
                "Host",
                "example.com");

        assertThat(GUARD.check("GET", headers::get)).isEqualTo(Verdict.ALLOWED);
        assertThat(GUARD.check("DELETE", headers::get)).isEqualTo(Verdict.CROSS_ORIGIN);
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
                "https://exa mple.com",
                "https://b\u00fccher.example",
                "https://example.com:",
                "https://example.com:65536",
                "https://example.com:-1",
                "https://::1",
                "https://[::1",
                "https://[example.com]",
                "https://[::1%eth0]",
                "1https://example.com",
                "://example.com"
            })
    void allowOrigin_notAnOrigin_refused(String origin) {
        assertThatThrownBy(() -> RequestGuard.builder().allowOrigin(origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(origin);
    }

    private static final RequestGuard OWN = RequestGuard.builder()
            .ownOrigin("https://app.example")
            .ownOrigin("https://www.app.example")
            .allowOrigin("https://admin.example")
            .build();

    private static Map<String, String> headers(String... namesAndValues) {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    @ParameterizedTest
    @CsvSource({
        "https://a:443, https://a",
        "https://a, https://a:443",
        "http://a:80, http://a",
        "HTTPS://A.Example, https://a.example",
        "https://a, HTTPS://A",
        "https://my_app.example, https://my_app.example",
        "https://[::1]:8443, https://[::1]:8443",
        "https://[2001:DB8:0:0:0:0:0:1], https://[2001:db8::1]",
        "https://[::1]:443, https://[::1]",
        "https://127.0.0.1, https://127.0.0.1",
        "capacitor://localhost, capacitor://localhost",
        "chrome-extension://abcdef, chrome-extension://abcdef"
    })
    void allowOrigin_otherWritingOfTheSame_matches(String allowed, String origin) {
        RequestGuard guard = RequestGuard.builder().allowOrigin(allowed).build();

        assertThat(guard.check("POST", headers("Origin", origin, "Host", "other")::get))
                .isEqualTo(Verdict.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a, http://a",
        "https://a, https://a:444",
        "http://a:443, https://a",
        "https://a, https://a.example",
        "https://[::1], https://[::2]"
    })
    void allowOrigin_another_refused(String allowed, String origin) {
        RequestGuard guard = RequestGuard.builder().allowOrigin(allowed).build();

        assertThat(guard.check("POST", headers("Origin", origin, "Host", "other")::get))
                .isEqualTo(Verdict.FOREIGN_ORIGIN);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a, a:443, ALLOWED",
        "https://a:443, a, ALLOWED",
        "http://a, a:80, ALLOWED",
        "http://a, a:443, FOREIGN_ORIGIN",
        "https://A, a, ALLOWED",
        "https://my_app, my_app, ALLOWED",
        "https://[::1]:8443, [::1]:8443, ALLOWED",
        "https://[::1], '[0:0:0:0:0:0:0:1]:443', ALLOWED",
        "https://a, a:, FOREIGN_ORIGIN",
        "https://a, a:x, FOREIGN_ORIGIN",
        "https://a, 'a, b', FOREIGN_ORIGIN",
        "https://, '', FOREIGN_ORIGIN"
    })
    void check_hostWithDefaultPortOrOtherCase_sameOrigin(String origin, String host, Verdict expected) {
        assertThat(RequestGuard.sameOrigin().check("POST", headers("Origin", origin, "Host", host)::get))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example, backend:8080, ALLOWED",
        "https://www.app.example, backend:8080, ALLOWED",
        "https://admin.example, backend:8080, ALLOWED",
        "http://app.example, app.example, FOREIGN_ORIGIN",
        "https://backend:8080, backend:8080, FOREIGN_ORIGIN",
        "https://evil.example, evil.example, FOREIGN_ORIGIN",
        "null, app.example, FOREIGN_ORIGIN"
    })
    void ownOrigin_named_replacesTheHostAndComparesSchemes(String origin, String host, Verdict expected) {
        assertThat(OWN.check("POST", headers("Origin", origin, "Host", host)::get))
                .isEqualTo(expected);
    }

    @Test
    void check_schemeUnknown_originOfAnotherSchemePasses() {
        assertThat(RequestGuard.sameOrigin().check("POST", headers("Origin", "http://app", "Host", "app")::get))
                .isEqualTo(Verdict.ALLOWED);
        assertThat(RequestGuard.sameOrigin()
                        .check(
                                "POST",
                                headers("Origin", "http://app", "Host", "app", "Sec-Fetch-Site", "same-site")::get))
                .isEqualTo(Verdict.CROSS_ORIGIN);
    }

    @Test
    void check_nullOrigin_refusedUnlessAllowedByName() {
        Map<String, String> headers = headers("Origin", "null", "Host", "app.example");
        Map<String, String> sandboxed = headers("Origin", "null", "Sec-Fetch-Site", "cross-site");
        RequestGuard lenient = RequestGuard.builder().allowNullOrigin().build();

        assertThat(RequestGuard.sameOrigin().check("POST", headers::get)).isEqualTo(Verdict.FOREIGN_ORIGIN);
        assertThat(OWN.check("POST", sandboxed::get)).isEqualTo(Verdict.CROSS_ORIGIN);
        assertThat(lenient.check("POST", headers::get)).isEqualTo(Verdict.ALLOWED);
        assertThat(lenient.check("POST", sandboxed::get)).isEqualTo(Verdict.ALLOWED);
        assertThat(lenient.check("POST", headers("Origin", "nul", "Host", "app.example")::get))
                .isEqualTo(Verdict.FOREIGN_ORIGIN);
    }

    /** A page with {@code Referrer-Policy: no-referrer} sends its own forms so. */
    @Test
    void check_nullOriginOfTheSameOrigin_allowed() {
        assertThat(OWN.check("POST", headers("Origin", "null", "Sec-Fetch-Site", "same-origin")::get))
                .isEqualTo(Verdict.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, websocket, , https://app.example, ALLOWED",
        "GET, WebSocket, , https://app.example, ALLOWED",
        "GET, websocket, same-origin, https://app.example, ALLOWED",
        "GET, websocket, , https://evil.example, FOREIGN_ORIGIN",
        "GET, WebSocket, , https://evil.example, FOREIGN_ORIGIN",
        "GET, 'h2c, websocket', , https://evil.example, FOREIGN_ORIGIN",
        "GET, websocket, , https://other.app.example, FOREIGN_ORIGIN",
        "GET, websocket, , http://app.example, FOREIGN_ORIGIN",
        "GET, websocket, , null, FOREIGN_ORIGIN",
        "GET, websocket, cross-site, https://evil.example, CROSS_ORIGIN",
        "GET, websocket, same-site, https://other.app.example, CROSS_ORIGIN",
        "GET, websocket, none, https://evil.example, FOREIGN_ORIGIN",
        "GET, websocket, none, https://app.example, ALLOWED",
        "GET, websocket, , , ALLOWED",
        "GET, h2c, cross-site, https://evil.example, ALLOWED",
        "CONNECT, , , https://app.example, ALLOWED",
        "CONNECT, , , https://evil.example, FOREIGN_ORIGIN",
        "CONNECT, , none, https://evil.example, FOREIGN_ORIGIN",
        "CONNECT, , same-site, https://other.app.example, CROSS_ORIGIN"
    })
    void check_webSocketHandshake_judgedByItsOrigin(
            String method, String upgrade, String site, String origin, Verdict expected) {
        Map<String, String> headers =
                headers("Upgrade", upgrade, "Sec-Fetch-Site", site, "Origin", origin, "Host", "app.example");

        assertThat(OWN.check(method, headers::get)).isEqualTo(expected);
    }

    @Test
    void check_webSocketHandshakeWithoutOwnOrigin_comparedWithTheHost() {
        RequestGuard guard = RequestGuard.sameOrigin();

        assertThat(guard.check("GET", headers("Upgrade", "websocket", "Origin", "https://evil", "Host", "app")::get))
                .isEqualTo(Verdict.FOREIGN_ORIGIN);
        assertThat(guard.check("GET", headers("Upgrade", "websocket", "Origin", "https://app", "Host", "app")::get))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void check_longHostileOrigin_refused() {
        for (String origin : List.of("https://" + "a".repeat(100_000), "://".repeat(30_000), "[".repeat(100_000))) {
            assertThat(OWN.check("POST", headers("Origin", origin, "Host", origin)::get))
                    .isEqualTo(Verdict.FOREIGN_ORIGIN);
            assertThat(RequestGuard.sameOrigin().check("POST", headers("Origin", origin, "Host", origin)::get))
                    .isEqualTo(Verdict.FOREIGN_ORIGIN);
        }
    }
}
