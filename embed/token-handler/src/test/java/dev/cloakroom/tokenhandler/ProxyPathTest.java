package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that two servers could read differently. */
class ProxyPathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/orders",
                "/api/orders/",
                "/api/a%20b",
                "/api/100%25",
                "/api/caf%C3%A9",
                "/api/a;v=1/b",
                "/api/a..b",
                "/api/...",
                "/api/@me/x:y",
                "/api/a%3Fb%23c"
            })
    void plainPath_passesUnchanged(String path) {
        assertThat(ProxyPath.checked(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/../admin",
                "/api/./a",
                "/api/..",
                "/api/%2e%2e/admin",
                "/api/.%2E/admin",
                "/api/%252e%252e/admin",
                "/api/..;/admin",
                "/api/..;x=1/admin",
                "/api/%2e%2e%3b/admin",
                "/api/a%2Fb",
                "/api/a%2fb",
                "/api/a%252Fb",
                "/api/a%25252fb",
                "/api/a%5Cb",
                "/api/a\\b",
                "/api//admin",
                "//api/a",
                "/api/a%00",
                "/api/a%0d%0aX:y",
                "/api/a%0A",
                "/api/a\tb",
                "/api/a b",
                "/api/\u00e9",
                "/api/%",
                "/api/%zz",
                "/api/%2",
                "api/a",
                "",
                "http://evil.example/api/a",
                "https://evil.example/",
                "*",
                "/api/;/a",
                "/api/a#b",
                "/api/{id}",
                "/api/%252525252525252e"
            })
    void ambiguousPath_isRefused(String path) {
        assertThatThrownBy(() -> ProxyPath.checked(path))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.status()).isEqualTo(400));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "a=b&c=%20 a=b&c=%20",
                "q={\"a\":[1|2]} q=%7B%22a%22:[1%7C2]%7D",
                "q=/../?x q=/../?x",
            })
    void query_isEscapedWhereBrowsersDoNot(String query, String escaped) {
        assertThat(ProxyPath.checkedQuery(query)).isEqualTo(escaped);
    }

    @Test
    void query_thatIsMalformed_isRefused() {
        for (String query : new String[] {"a=%", "a=b c", "a=\r\nX:y", "\u00e9", "a#b", "a=\\", "x".repeat(9000)}) {
            assertThatThrownBy(() -> ProxyPath.checkedQuery(query)).isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void longPath_isRefused() {
        assertThatThrownBy(() -> ProxyPath.checked("/api/" + "a/".repeat(5000))).isInstanceOf(RefusedException.class);
    }
}
