package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a login may return to, and the known ways around such a check. */
class ReturnUrlTest {

    private final ReturnUrl urls = new ReturnUrl("/bff");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/orders",
                "/orders?page=2&next=https://else.example/",
                "/a/b/#/route?x=1",
                "/a%20b",
                "/caf%C3%A9",
                "/?q=a%2Fb%5Cc",
                "/bffs",
                "/a.b/c..d",
                "/a?b=../c"
            })
    void pathOfTheApplication_isAllowed(String url) {
        assertThat(urls.isAllowed(url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "?a=b",
                "#a",
                "https://e.example/",
                "https:/e.example",
                "https:e.example",
                "//e.example",
                "///e.example",
                "////e.example",
                "/\\e.example",
                "\\/e.example",
                "\\\\e.example",
                "/\\/e.example",
                "/%5Ce.example",
                "/%5ce.example",
                "/%255Ce.example",
                "/%2Fe.example",
                "/%2f%2fe.example",
                "/%252Fe.example",
                "/\t/e.example",
                "/\n/e.example",
                "/\r/e.example",
                "/%09/e.example",
                "/%0A/e.example",
                "/%0d%0aLocation:%20https://e.example",
                "/%2509/e.example",
                "/%00/e.example",
                " /e.example",
                "/ /e.example",
                "\u0000//e.example",
                "\u00a0//e.example",
                "/\u2028/e.example",
                "/\uff0fe.example",
                "\u3000//e.example",
                "/a//e.example",
                "/./",
                "/.//e.example",
                "/../e.example",
                "/a/..//e.example",
                "/%2e%2e//e.example",
                "/%2e/",
                "javascript:alert(1)",
                "data:text/html,x",
                "//e.example@app.example",
                "@e.example",
                ".e.example",
                "/<script>",
                "/\"onload=",
                "/a|b",
                "http:///e.example",
                "//;@e.example",
                "/%",
                "/%zz",
                "/bff/login",
                "/bff/login?returnUrl=/",
                "/BFF/login",
                "/%62ff/login",
                "/bff",
                "/bff/../a",
                "/%25252525252fe.example"
            })
    void everythingElse_isRefused(String url) {
        assertThat(urls.isAllowed(url)).as(url).isFalse();
    }

    @Test
    void nullAndLongOnes_areRefused() {
        assertThat(urls.isAllowed(null)).isFalse();
        assertThat(urls.isAllowed("/" + "a".repeat(ReturnUrl.LONGEST))).isFalse();
        assertThat(urls.isAllowed("/" + "%25".repeat(340))).isTrue();
    }
}
