package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import dev.cloakroom.SessionInfo;
import java.net.http.HttpResponse;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins, and attacks on them. */
class LoginTest {

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private Site site = new Site(provider, api);

    @AfterEach
    void close() {
        site.close();
        api.close();
        provider.close();
    }

    private void restart(UnaryOperator<TokenHandler.Builder> settings) {
        site.close();
        site = new Site(provider, api, settings);
    }

    // What a login is

    @Test
    void login_showsNothingButTheRequest_andSetsASealedLaxCookie() {
        Visitor visitor = new Visitor(site);

        HttpResponse<String> response = visitor.navigate("/bff/login?returnUrl=%2Forders%3Fpage%3D2&prompt=login");

        assertThat(response.statusCode()).isEqualTo(303);
        Map<String, String> query =
                AuthorizationServer.single(Visitor.location(response).split("\\?", 2)[1]);
        assertThat(query)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", AuthorizationServer.CLIENT_ID)
                .containsEntry("redirect_uri", site.origin + "/bff/callback")
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("prompt", "login")
                .containsEntry("scope", "openid profile")
                .containsKeys("state", "nonce", "code_challenge");
        assertThat(visitor.cookies).hasSize(1).allSatisfy((name, cookie) -> {
            assertThat(name).startsWith("__Host-Http-login-");
            assertThat(cookie.attributes())
                    .contains("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600")
                    .doesNotContain("Domain");
            assertThat(cookie.value()).doesNotContain(query.get("state"));
        });
    }

    @Test
    void callback_setsAStrictSessionAndGoesOnByAPage_notByARedirect() {
        Visitor visitor = new Visitor(site);

        HttpResponse<String> response = visitor.arrive(visitor.authorize(visitor.begin("/orders?a=1&b='2'#top")));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("content=\"0;url=/orders?a=1&amp;b=&#39;2&#39;#top\"");
        assertThat(response.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(
                        policy -> assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'"));
        assertThat(response.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(visitor.cookies).containsOnlyKeys("__Host-Http-session");
        assertThat(Objects.requireNonNull(visitor.cookies.get("__Host-Http-session"))
                        .attributes())
                .contains("Secure", "HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain("Domain");
        assertThat(visitor.fetch("/api/orders").statusCode()).isEqualTo(200);
        assertThat(site.handler.metrics().logins()).isEqualTo(1);
    }

    @Test
    void principal_isIssuerAndSubject() {
        new Visitor(site).loggedIn();

        assertThat(site.handler.principalOf("ada")).isEqualTo(provider.issuer + "#ada");
        assertThat(site.engine.sessionsOf(provider.issuer + "#ada")).hasSize(1);
    }

    @Test
    void pushedRequest_isUsedIfAnnounced() {
        provider.pushes = true;
        Visitor visitor = new Visitor(site);

        String address = visitor.begin("/");

        assertThat(AuthorizationServer.single(address.split("\\?", 2)[1])).containsOnlyKeys("client_id", "request_uri");
        assertThat(visitor.arrive(visitor.authorize(address)).statusCode()).isEqualTo(200);
        assertThat(provider.pushed).hasValue(1);
    }

    @Test
    void client_provesItselfBySecretInTheBodyOrByKey() {
        restart(builder -> builder.client(
                ClientCredentials.secretPost(AuthorizationServer.CLIENT_ID, AuthorizationServer.SECRET)));
        new Visitor(site).loggedIn();

        RSAKey key = AuthorizationServer.key("client-key");
        provider.privateKeyClient = new AuthorizationServer.PrivateKeyClient(key);
        restart(builder -> builder.client(
                ClientCredentials.privateKeyJwt(AuthorizationServer.CLIENT_ID, privateKey(key), key.getKeyID())));
        new Visitor(site).loggedIn();
        assertThat(provider.tokenForms)
                .last()
                .satisfies(form -> assertThat(form)
                        .containsEntry(
                                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                        .doesNotContainKey("client_secret"));
    }

    private static RSAPrivateKey privateKey(RSAKey key) {
        try {
            return key.toRSAPrivateKey();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void logins_inSeveralTabs_goOnSideBySide_fourAtMost() {
        Visitor visitor = new Visitor(site);
        String first = visitor.begin("/first");
        site.clock.advance(Duration.ofSeconds(1));
        List<String> addresses = new ArrayList<>();
        for (int i = 2; i <= 5; i++) {
            addresses.add(visitor.begin("/" + i));
            site.clock.advance(Duration.ofSeconds(1));
        }

        assertThat(visitor.cookies).hasSize(4);
        assertThat(visitor.arrive(visitor.authorize(first)).statusCode()).isEqualTo(400);
        for (int i = 2; i <= 5; i++) {
            HttpResponse<String> response = visitor.arrive(visitor.authorize(addresses.get(i - 2)));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("url=/" + i);
        }
        assertThat(site.engine.sessionsOf(site.handler.principalOf("ada")))
                .as("the last one alone")
                .hasSize(1);
    }

    @Test
    void cookieBombs_areEndedAndCostNoLogin() {
        Visitor visitor = new Visitor(site);
        for (int i = 0; i < 12; i++) {
            visitor.cookies.put(
                    String.format("__Host-Http-login-%016d", i), new Visitor.Cookie("x".repeat(500), "SameSite=Lax"));
        }

        String address = visitor.begin("/");

        assertThat(visitor.cookies)
                .as("planted ones are ended, the newest stays")
                .hasSize(4);
        assertThat(visitor.arrive(visitor.authorize(address)).statusCode()).isEqualTo(200);
    }

    @Test
    void sessionBefore_isEnded_thoughItsCookieIsNotSentToTheCallback() {
        Visitor visitor = new Visitor(site).loggedIn();
        Visitor thief = visitor.copy();

        visitor.loggedIn();

        assertThat(thief.fetch("/bff/session").statusCode()).isEqualTo(401);
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(200);
        assertThat(site.engine.sessionsOf(site.handler.principalOf("ada"))).hasSize(1);
    }

    @Test
    void returnUrl_asLongAsAllowed_fitsIntoTheCookie() {
        Visitor visitor = new Visitor(site).loggedIn();
        String returnUrl = "/?" + "&'=".repeat(340);

        HttpResponse<String> response = visitor.arrive(visitor.authorize(visitor.begin(returnUrl)));

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void answers_ofTheProviderThatAreNotJson_areRefusedCleanly() {
        for (Object strange : new Object[] {1, true, List.of(), Map.of("a", 1), ""}) {
            provider.tokenResponse = fields -> fields.replaceAll((name, value) -> strange);
            assertThat(new Visitor(site).logIn().statusCode()).isEqualTo(400);
            provider.tokenResponse = fields -> fields.put("id_token", strange);
            assertThat(new Visitor(site).logIn().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void metadata_thatIsStrange_is503() {
        for (Object strange : new Object[] {1, true, List.of(), Map.of("a", 1), "", "::"}) {
            provider.metadata = fields -> fields.replaceAll((name, value) -> strange);
            restart(builder -> builder);
            assertThat(new Visitor(site).navigate("/bff/login").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void callbackError_isAPageThatOffersAnotherTry() {
        Visitor visitor = new Visitor(site);
        String state = state(visitor.begin("/orders"));

        HttpResponse<String> response = visitor.arrive("/bff/callback?error=access_denied%3Cscript%3E&state=" + state
                + "&iss=" + Http.encoded(provider.issuer));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .contains("access_denied&lt;script&gt;", "href=\"/bff/login?returnUrl=%2Forders\"")
                .doesNotContain("<script");
    }

    @Test
    void login_byFetchOrInAFrame_saysWhatToDo() {
        HttpResponse<String> fetched = new Visitor(site)
                .send(new Visitor(site)
                        .request("/bff/login")
                        .header("Sec-Fetch-Mode", "cors")
                        .header("Sec-Fetch-Dest", "empty"));

        assertThat(fetched.statusCode()).isEqualTo(400);
        assertThat(fetched.body()).contains("location.href");
    }

    @Test
    void login_withoutMetadata_is503_andWorksOnceItIsThere() {
        provider.metadata = fields -> fields.put("issuer", provider.issuer + "/");
        assertThat(new Visitor(site).navigate("/bff/login").statusCode()).isEqualTo(503);

        provider.metadata = fields -> {};
        site.clock.advance(Duration.ofSeconds(2));
        new Visitor(site).loggedIn();
        assertThat(site.handler.metrics().refusals()).containsEntry(Refusal.PROVIDER_UNAVAILABLE, 1L);
    }

    @Test
    void metadata_withAnEndpointOnPlainHttpElsewhere_isRefused() {
        provider.metadata = fields -> fields.put("token_endpoint", "http://login.example/token");

        assertThat(new Visitor(site).navigate("/bff/login").statusCode()).isEqualTo(503);
    }

    // Attacks

    @Test
    void callback_withoutATransaction_isRefused() {
        Visitor victim = new Visitor(site);
        Visitor attacker = new Visitor(site);
        String callback = attacker.authorize(attacker.begin("/"));

        refused(victim.arrive(callback), Refusal.UNKNOWN_LOGIN);

        victim.begin("/");
        refused(victim.arrive(callback), Refusal.UNKNOWN_LOGIN, 2);
        assertThat(victim.cookies).doesNotContainKey("__Host-Http-session");
        assertThat(provider.tokenRequests).hasValue(0);
    }

    @Test
    void state_replayed_isRefused() {
        Visitor visitor = new Visitor(site);
        String callback = visitor.authorize(visitor.begin("/"));
        Visitor copy = visitor.copy();
        assertThat(visitor.arrive(callback).statusCode()).isEqualTo(200);

        refused(visitor.arrive(callback), Refusal.UNKNOWN_LOGIN);
        refused(copy.arrive(callback), Refusal.LOGIN_REFUSED);
    }

    @Test
    void transaction_olderThanTenMinutes_isRefused() {
        Visitor visitor = new Visitor(site);
        String callback = visitor.authorize(visitor.begin("/"));
        site.clock.advance(Duration.ofMinutes(10));

        refused(visitor.arrive(callback), Refusal.UNKNOWN_LOGIN);
    }

    @Test
    void transactionCookie_ofAnotherName_isRefused() {
        Visitor visitor = new Visitor(site);
        String first = visitor.authorize(visitor.begin("/"));
        Visitor.Cookie cookie = visitor.cookies.values().iterator().next();
        visitor.cookies.clear();
        visitor.begin("/");
        String other = visitor.cookies.keySet().iterator().next();
        visitor.cookies.put(other, cookie);

        refused(visitor.arrive(first), Refusal.UNKNOWN_LOGIN);
    }

    @Test
    void code_ofAnotherLogin_isRefused() {
        Visitor visitor = new Visitor(site);
        String own = visitor.begin("/");
        Visitor attacker = new Visitor(site);
        String foreign = AuthorizationServer.single(
                        attacker.authorize(attacker.begin("/")).split("\\?", 2)[1])
                .get("code");

        HttpResponse<String> response = visitor.arrive(
                "/bff/callback?code=" + foreign + "&state=" + state(own) + "&iss=" + Http.encoded(provider.issuer));

        refused(response, Refusal.LOGIN_REFUSED);
    }

    @Test
    void issuer_ofTheAnswer_mustBeTheOneThatWasAsked() {
        Visitor visitor = new Visitor(site);
        String callback = visitor.authorize(visitor.begin("/"));

        refused(
                visitor.arrive(callback.replaceAll("&iss=[^&]*", "&iss=https%3A%2F%2Fevil.example")),
                Refusal.WRONG_ISSUER);
        assertThat(provider.tokenRequests).as("the code went nowhere").hasValue(0);
    }

    @Test
    void issuer_announcedAndMissing_isRefused_andNotAnnouncedIsNotNeeded() {
        provider.sendsIssuer = false;
        refused(new Visitor(site).logIn(), Refusal.WRONG_ISSUER);

        provider.metadata = fields -> fields.remove("authorization_response_iss_parameter_supported");
        restart(builder -> builder);
        new Visitor(site).loggedIn();
    }

    @Test
    void parameters_givenTwice_areRefused() {
        Visitor visitor = new Visitor(site);
        String callback = visitor.authorize(visitor.begin("/"));

        assertThat(visitor.arrive(callback + "&code=other").statusCode()).isEqualTo(400);
        assertThat(visitor.arrive(callback + "&state=other").statusCode()).isEqualTo(400);
    }

    @Test
    void idToken_withTheWrongNonce_isRefused() {
        badIdToken(() -> provider.idTokenClaims = claims -> claims.claim("nonce", "another"));
        badIdToken(() -> provider.idTokenClaims = claims -> claims.claim("nonce", null));
    }

    @Test
    void idToken_ofAnotherIssuerOrForAnotherClient_isRefused() {
        badIdToken(() -> provider.idTokenClaims = claims -> claims.issuer("https://evil.example"));
        badIdToken(() -> provider.idTokenClaims = claims -> claims.issuer(provider.issuer + "/"));
        badIdToken(() -> provider.idTokenClaims = claims -> claims.audience("another client"));
        badIdToken(() -> provider.idTokenClaims = claims ->
                claims.audience(List.of(AuthorizationServer.CLIENT_ID, "b")).claim("azp", "b"));
    }

    @Test
    void idToken_withoutAGoodSignature_isRefused() {
        badIdToken(() -> provider.idToken = AuthorizationServer::unsigned);
        badIdToken(() -> provider.idToken = AuthorizationServer::signedWithPublicKey);
        badIdToken(() -> provider.idToken = token -> token.substring(0, token.lastIndexOf('.') + 1) + "AAAA");
    }

    @Test
    void idToken_signedWithPublicKey_isRefused_evenIfHmacIsAnnounced() {
        provider.metadata =
                fields -> fields.put("id_token_signing_alg_values_supported", List.of("RS256", "HS256", "none"));
        restart(builder -> builder);
        badIdToken(() -> provider.idToken = AuthorizationServer::signedWithPublicKey);
        badIdToken(() -> provider.idToken = AuthorizationServer::unsigned);
    }

    @Test
    void idToken_expiredOrWithTheHashOfAnotherAccessToken_isRefused() {
        badIdToken(() -> provider.idTokenClaims =
                claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(90))));
        badIdToken(() -> provider.idTokenClaims = claims -> claims.claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"));
    }

    private void badIdToken(Runnable makeBad) {
        makeBad.run();
        Visitor visitor = new Visitor(site);

        HttpResponse<String> response = visitor.logIn();

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.body()).contains("ID token is not valid");
        assertThat(visitor.cookies).isEmpty();
        provider.idTokenClaims = claims -> {};
        provider.idToken = token -> token;
    }

    @ParameterizedTest
    @ValueSource(longs = {-60, 60})
    void clock_ofTheProvider_mayBeOffByAMinute(long seconds) {
        provider.clockOffset = Duration.ofSeconds(seconds);
        provider.idTokenClaims = claims -> claims.expirationTime(
                Date.from(Instant.now().plusSeconds(seconds).plusSeconds(20)));

        new Visitor(site).loggedIn();
    }

    @Test
    void planted_sessionCookie_isNotTakenOver() {
        Visitor attacker = new Visitor(site).loggedIn();
        Visitor victim = new Visitor(site);
        victim.cookies.putAll(attacker.cookies);
        provider.subject = "victim";

        victim.loggedIn();

        assertThat(victim.session()).isNotEqualTo(attacker.session());
        assertThat(attacker.fetch("/bff/session").statusCode()).isEqualTo(401);
        List<SessionInfo> sessions = site.engine.sessionsOf(site.handler.principalOf("victim"));
        assertThat(sessions).hasSize(1);
    }

    @Test
    void mixUp_betweenTwoIssuers_isRefused() {
        try (AuthorizationServer other = new AuthorizationServer()) {
            Visitor visitor = new Visitor(site);
            Map<String, String> request =
                    AuthorizationServer.single(visitor.begin("/").split("\\?", 2)[1]);
            String code = other.code(request);

            refused(
                    visitor.arrive("/bff/callback?code=" + code + "&state=" + Http.encoded(request.get("state"))
                            + "&iss=" + Http.encoded(other.issuer)),
                    Refusal.WRONG_ISSUER);
            assertThat(provider.tokenRequests)
                    .as("the other's code went to neither")
                    .hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example",
                "/\\evil.example",
                "/%09/evil.example",
                "javascript:alert(1)",
                "/a\nLocation: b",
                "/bff/login",
                ""
            })
    void login_toElsewhere_isRefused(String returnUrl) {
        HttpResponse<String> response = new Visitor(site).navigate("/bff/login?returnUrl=" + Http.encoded(returnUrl));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Location")).isEmpty();
    }

    private void refused(HttpResponse<String> response, Refusal refusal) {
        refused(response, refusal, 1);
    }

    private void refused(HttpResponse<String> response, Refusal refusal, long times) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.body()).contains("Try again");
        assertThat(response.headers().allValues("Set-Cookie"))
                .noneMatch(cookie -> cookie.startsWith("__Host-Http-session"));
        assertThat(site.handler.metrics().refusals()).containsEntry(refusal, times);
    }

    private static String state(String address) {
        return Http.encoded(Objects.requireNonNull(
                AuthorizationServer.single(address.split("\\?", 2)[1]).get("state")));
    }
}
