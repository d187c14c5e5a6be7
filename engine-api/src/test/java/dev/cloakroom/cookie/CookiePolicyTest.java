package dev.cloakroom.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookiePolicyTest {

    private static final String LABEL_OF_63 = "a".repeat(63);

    /** 3 x 64 + 61 = 253 characters, the most that a host name can have. */
    private static final String LONGEST_DOMAIN = (LABEL_OF_63 + ".").repeat(3) + "a".repeat(61);

    @Test
    void strict_cookie_hasExactlyTheDocumentedHeader() {
        assertThat(CookiePolicy.strict().cookie("v").toHeader())
                .isEqualTo("__Host-Http-session=v; Path=/; Secure; HttpOnly; SameSite=Strict");
    }

    @Test
    void strict_clear_hasTheSameAttributes() {
        assertThat(CookiePolicy.strict().clear().toHeader())
                .isEqualTo("__Host-Http-session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
                        + "; Path=/; Secure; HttpOnly; SameSite=Strict");
    }

    @Test
    void strict_accessors_tellTheStrictestSettings() {
        CookiePolicy policy = CookiePolicy.strict();

        assertThat(policy.name()).isEqualTo(CookiePolicy.STRICT_NAME).isEqualTo("__Host-Http-session");
        assertThat(policy.path()).isEqualTo("/");
        assertThat(policy.domain()).isNull();
        assertThat(policy.sameSite()).isEqualTo(SameSite.STRICT);
        assertThat(policy.secure()).isTrue();
        assertThat(policy.httpOnly()).isTrue();
        assertThat(policy.partitioned()).isFalse();
    }

    @Test
    void build_nothingGiven_isStrict() {
        assertThat(CookiePolicy.builder().build())
                .hasToString(CookiePolicy.strict().toString());
    }

    @Test
    void toString_strict_isNameAndAttributes() {
        assertThat(CookiePolicy.strict()).hasToString("__Host-Http-session; Path=/; Secure; HttpOnly; SameSite=Strict");
    }

    @Test
    void toString_everySettingGiven_isNameAndAttributes() {
        assertThat(weakest().build())
                .hasToString("theme; Path=/app; Domain=example.com; Secure; SameSite=None; Partitioned");
    }

    @Test
    void build_everySettingGiven_tellsThem() {
        CookiePolicy policy = weakest().build();

        assertThat(policy.name()).isEqualTo("theme");
        assertThat(policy.path()).isEqualTo("/app");
        assertThat(policy.domain()).isEqualTo("example.com");
        assertThat(policy.sameSite()).isEqualTo(SameSite.NONE);
        assertThat(policy.secure()).isTrue();
        assertThat(policy.httpOnly()).isFalse();
        assertThat(policy.partitioned()).isTrue();
    }

    @Test
    void cookie_everySettingGiven_hasThemInTheHeader() {
        assertThat(weakest().build().cookie("dark").toHeader())
                .isEqualTo("theme=dark; Path=/app; Domain=example.com; Secure; SameSite=None; Partitioned");
    }

    @Test
    void allowScriptAccess_alone_weakensHttpOnlyAndNothingElse() {
        assertThat(CookiePolicy.builder().name("s").allowScriptAccess().build())
                .hasToString("s; Path=/; Secure; SameSite=Strict");
    }

    @Test
    void allowInsecureTransport_alone_weakensSecureAndNothingElse() {
        assertThat(CookiePolicy.builder().name("s").allowInsecureTransport().build())
                .hasToString("s; Path=/; HttpOnly; SameSite=Strict");
    }

    @Test
    void name_alone_leavesTheRestStrict() {
        assertThat(CookiePolicy.builder().name("s").build())
                .hasToString("s; Path=/; Secure; HttpOnly; SameSite=Strict");
    }

    @Test
    void domain_alone_leavesTheRestStrict() {
        assertThat(CookiePolicy.builder().name("s").domain("example.com").build())
                .hasToString("s; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Strict");
    }

    @Test
    void partitioned_onTheStrictName_keepsTheRestStrict() {
        assertThat(CookiePolicy.builder().partitioned().build())
                .hasToString("__Host-Http-session; Path=/; Secure; HttpOnly; SameSite=Strict; Partitioned");
    }

    @ParameterizedTest
    @EnumSource(SameSite.class)
    void sameSite_secureCookie_mayBeAny(SameSite sameSite) {
        CookiePolicy policy = CookiePolicy.builder().sameSite(sameSite).build();

        assertThat(policy.sameSite()).isEqualTo(sameSite);
        assertThat(policy).hasToString("__Host-Http-session; Path=/; Secure; HttpOnly; SameSite=" + sameSite);
    }

    @Test
    void sameSite_toString_isTheAttributesValue() {
        assertThat(SameSite.values()).extracting(SameSite::toString).containsExactly("Strict", "Lax", "None");
    }

    @ParameterizedTest
    @EnumSource(
            value = SameSite.class,
            names = {"STRICT", "LAX"})
    void build_sameSiteWithoutSecure_isAllowedUnlessNone(SameSite sameSite) {
        CookiePolicy policy = CookiePolicy.builder()
                .name("s")
                .allowInsecureTransport()
                .sameSite(sameSite)
                .build();

        assertThat(policy.secure()).isFalse();
    }

    @Test
    void build_sameSiteNoneWithoutSecure_isRefused() {
        refused(
                builder -> builder.name("s").sameSite(SameSite.NONE).allowInsecureTransport(),
                "SameSite=None",
                "Secure");
    }

    @Test
    void build_partitionedWithoutSecure_isRefused() {
        refused(builder -> builder.name("s").partitioned().allowInsecureTransport(), "Partitioned", "Secure");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"__Host-s", "__host-s", "__HOST-S", "__hOsT-s", "__Host-", "__Host-Http-s", "__HOST-HTTP-s"})
    void build_hostPrefixWithDomain_isRefused(String name) {
        refused(builder -> builder.name(name).domain("example.com"), name, "no Domain", "example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"__Host-s", "__host-s", "__HOST-S", "__hOsT-s", "__Host-", "__Host-Http-s", "__HOST-HTTP-s"})
    void build_hostPrefixWithAnotherPath_isRefused(String name) {
        refused(builder -> builder.name(name).path("/app"), name, "Path=/", "/app");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "__Host-s",
                "__host-s",
                "__HOST-S",
                "__Secure-s",
                "__secure-s",
                "__SECURE-S",
                "__sEcUrE-s",
                "__Http-s",
                "__http-s",
                "__HTTP-S",
                "__Host-Http-s",
                "__host-http-s",
                "__HOST-HTTP-S"
            })
    void build_prefixThatNeedsSecureWithoutIt_isRefused(String name) {
        refused(builder -> builder.name(name).allowInsecureTransport(), name, "Secure");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"__Http-s", "__http-s", "__HTTP-S", "__hTtP-s", "__Host-Http-s", "__host-http-s", "__HOST-HTTP-S"
            })
    void build_prefixThatNeedsHttpOnlyWithoutIt_isRefused(String name) {
        refused(builder -> builder.name(name).allowScriptAccess(), name, "HttpOnly");
    }

    @Test
    void build_strictNameWithScriptAccess_isRefused() {
        refused(CookiePolicy.Builder::allowScriptAccess, CookiePolicy.STRICT_NAME, "HttpOnly");
    }

    @Test
    void build_strictNameWithoutSecure_isRefused() {
        refused(CookiePolicy.Builder::allowInsecureTransport, CookiePolicy.STRICT_NAME, "Secure");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"__Host-s", "__Secure-s", "__SecureHttp-s", "__HostHttp-s", "__Hosts", "x__Http-s", "_Http-s"})
    void build_prefixWithoutHttpInIt_maySkipHttpOnly(String name) {
        assertThat(CookiePolicy.builder().name(name).allowScriptAccess().build().httpOnly())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"__Secure-s", "__Http-s", "__Hosts", "x__Host-s", "_Host-s", "__Host_s"})
    void build_nameWithoutHostPrefix_mayHaveDomainAndPath(String name) {
        CookiePolicy policy = CookiePolicy.builder()
                .name(name)
                .domain("example.com")
                .path("/app")
                .build();

        assertThat(policy.domain()).isEqualTo("example.com");
        assertThat(policy.path()).isEqualTo("/app");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s", "S", "0", "__Host-s", "!#$%&'*+-.^_`|~", "a.b"})
    void build_tokenAsName_isTaken(String name) {
        assertThat(CookiePolicy.builder().name(name).build().name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a=b",
                "a;b",
                "a,b",
                "a\"b",
                "a/b",
                "a:b",
                "a@b",
                "a[b",
                "a]b",
                "a(b",
                "a)b",
                "a<b",
                "a>b",
                "a?b",
                "a{b",
                "a}b",
                "a\\b",
                "a\tb",
                "a\r\nb",
                "a\n",
                "a\0b",
                "a\u007fb",
                "\u00e9",
                "\u0131",
                "ключ",
                "\ud83d\ude00"
            })
    void build_nameThatIsNoToken_isRefused(String name) {
        refused(builder -> builder.name(name), "\"" + name + "\"", "token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/app", "/app/", "/a b", "/a=b,c\"d", "/~"})
    void build_path_isTaken(String path) {
        assertThat(CookiePolicy.builder().name("s").path(path).build().path()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "app",
                "app/",
                " /",
                "/a;b",
                "/; Domain=evil.example",
                "/a\r\nSet-Cookie: x=y",
                "/a\n",
                "/a\tb",
                "/\0",
                "/\u007f",
                "/\u00e9"
            })
    void build_badPath_isRefused(String path) {
        refused(builder -> builder.name("s").path(path), "\"" + path + "\"", "path");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.com", "EXAMPLE.com", "a", "localhost", "a-b.example", "1.2.3.4", "xn--nxa.example"})
    void build_domain_isTaken(String domain) {
        assertThat(CookiePolicy.builder().name("s").domain(domain).build().domain())
                .isEqualTo(domain);
    }

    @Test
    void build_longestDomain_isTaken() {
        assertThat(LONGEST_DOMAIN).hasSize(253);
        assertThat(CookiePolicy.builder()
                        .name("s")
                        .domain(LONGEST_DOMAIN)
                        .build()
                        .domain())
                .isEqualTo(LONGEST_DOMAIN);
    }

    @Test
    void build_domainLongerThanHostNamesAre_isRefused() {
        refused(builder -> builder.name("s").domain(LONGEST_DOMAIN + "a"), "domain");
    }

    @Test
    void build_labelLongerThanLabelsAre_isRefused() {
        refused(builder -> builder.name("s").domain(LABEL_OF_63 + "a.example"), "domain");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ".example.com",
                "example.com.",
                "a..b",
                "-a.example",
                "a-.example",
                "a_b.example",
                "a b",
                "a;b",
                "example.com:80",
                "https://example.com",
                "[::1]",
                "a\n",
                "a\r\nb",
                "\u00e9.example",
                "\u212a.example",
                "*.example.com"
            })
    void build_badDomain_isRefused(String domain) {
        refused(builder -> builder.name("s").domain(domain), "\"" + domain + "\"", "domain");
    }

    @Test
    void build_refusedBefore_canBeCorrected() {
        CookiePolicy.Builder builder = CookiePolicy.builder().allowScriptAccess();
        assertThatIllegalArgumentException().isThrownBy(builder::build);

        assertThat(builder.name("s").build()).hasToString("s; Path=/; Secure; SameSite=Strict");
    }

    @Test
    void build_twice_makesIndependentPolicies() {
        CookiePolicy.Builder builder = CookiePolicy.builder().name("s");
        CookiePolicy before = builder.build();

        CookiePolicy after = builder.allowScriptAccess().build();

        assertThat(before.httpOnly()).isTrue();
        assertThat(after.httpOnly()).isFalse();
    }

    @Test
    void builder_nameTwice_isRefused() {
        repeated(builder -> builder.name("s"), "name");
    }

    @Test
    void builder_pathTwice_isRefused() {
        repeated(builder -> builder.path("/"), "path");
    }

    @Test
    void builder_domainTwice_isRefused() {
        repeated(builder -> builder.domain("example.com"), "domain");
    }

    @Test
    void builder_sameSiteTwice_isRefused() {
        repeated(builder -> builder.sameSite(SameSite.LAX), "sameSite");
    }

    @Test
    void builder_allowInsecureTransportTwice_isRefused() {
        repeated(CookiePolicy.Builder::allowInsecureTransport, "allowInsecureTransport");
    }

    @Test
    void builder_allowScriptAccessTwice_isRefused() {
        repeated(CookiePolicy.Builder::allowScriptAccess, "allowScriptAccess");
    }

    @Test
    void builder_partitionedTwice_isRefused() {
        repeated(CookiePolicy.Builder::partitioned, "partitioned");
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void builder_null_isRefusedAtOnce() {
        assertThatNullPointerException().isThrownBy(() -> CookiePolicy.builder().name(null));
        assertThatNullPointerException().isThrownBy(() -> CookiePolicy.builder().path(null));
        assertThatNullPointerException().isThrownBy(() -> CookiePolicy.builder().domain(null));
        assertThatNullPointerException().isThrownBy(() -> CookiePolicy.builder().sameSite(null));
    }

    private static CookiePolicy.Builder weakest() {
        return CookiePolicy.builder()
                .name("theme")
                .path("/app")
                .domain("example.com")
                .sameSite(SameSite.NONE)
                .allowScriptAccess()
                .partitioned();
    }

    private static void refused(UnaryOperator<CookiePolicy.Builder> settings, String... message) {
        CookiePolicy.Builder builder = settings.apply(CookiePolicy.builder());

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .satisfies(e -> assertThat(e.getMessage()).contains(message));
    }

    private static void repeated(UnaryOperator<CookiePolicy.Builder> setting, String name) {
        CookiePolicy.Builder builder = setting.apply(CookiePolicy.builder());

        assertThatIllegalStateException()
                .isThrownBy(() -> setting.apply(builder))
                .withMessageStartingWith(name + " ");
    }

    @Test
    void build_pathLongerThanBrowsersHeed_refused() {
        CookiePolicy.Builder longest = CookiePolicy.builder().name("session").path("/" + "a".repeat(1023));
        CookiePolicy.Builder longer = CookiePolicy.builder().name("session").path("/" + "a".repeat(1024));

        assertThat(longest.build().path()).hasSize(1024);
        assertThatThrownBy(longer::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1025");
    }
}
