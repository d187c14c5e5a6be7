package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.Session;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.ManualClock;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the page learns of a session, and how it ends one. */
class LogoutTest {

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private Site site = new Site(provider, api);

    @AfterEach
    void close() {
        site.close();
        api.close();
        provider.close();
    }

    // The session

    @Test
    void session_tellsChosenClaimsAndItsEnd_andNoToken() {
        site.close();
        site = new Site(provider, api, builder -> builder.claims("name", "sid", "missing"));
        Visitor visitor = new Visitor(site).loggedIn();

        HttpResponse<String> response = visitor.fetch("/bff/session");

        Map<String, Object> answer = Json.read(response.body());
        assertThat(answer).containsOnlyKeys("claims", "endsAt", "csrfToken");
        assertThat(answer.get("claims")).isEqualTo(Map.of("name", "Ada <Lovelace>", "sid", "sid-1"));
        assertThat(Instant.parse(String.valueOf(answer.get("endsAt")))).isAfter(Instant.now());
        assertThat(provider.secrets)
                .isNotEmpty()
                .noneMatch(secret -> response.body().contains(secret));
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(response.headers().map()).doesNotContainKey("set-cookie");
    }

    @Test
    void session_isNoAccess_unlessAsked() {
        site.close();
        ManualClock clock = new ManualClock(Instant.now());
        site = new Site(
                provider,
                api,
                KeyRing.random(),
                engine -> engine.clock(clock).idleTimeout(Duration.ofMinutes(30)),
                builder -> builder);
        Visitor visitor = new Visitor(site).loggedIn();

        for (int i = 0; i < 2; i++) {
            clock.advance(Duration.ofMinutes(14));
            assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(200);
        }
        assertThat(visitor.fetch("/bff/session?keepAlive=true").statusCode()).isEqualTo(200);
        clock.advance(Duration.ofMinutes(29));
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(200);
        clock.advance(Duration.ofMinutes(2));
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
    }

    @Test
    void session_withoutALogin_is401() {
        assertThat(new Visitor(site).fetch("/bff/session").statusCode()).isEqualTo(401);
    }

    // The logout

    @Test
    void logout_byScript_endsTheSessionForEveryCopy_andRevokesTheRefreshToken() throws Exception {
        Visitor visitor = new Visitor(site).loggedIn();
        Visitor copy = visitor.copy();

        HttpResponse<String> response = visitor.post("/bff/logout", "");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Json.read(response.body())).containsEntry("loggedOut", true);
        assertThat(visitor.cookies).isEmpty();
        assertThat(copy.fetch("/api/a").statusCode()).isEqualTo(401);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (provider.revoked.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(provider.revoked)
                .singleElement()
                .satisfies(token -> assertThat(token).startsWith("refresh-"));
        assertThat(site.handler.metrics().logouts()).isEqualTo(1);
        assertThat(visitor.post("/bff/logout", "").statusCode()).as("once more").isEqualTo(200);
    }

    @Test
    void logout_byForm_goesOnToTheProvider_withTheHintInAForm() {
        Visitor visitor = new Visitor(site).loggedIn();
        String csrf =
                String.valueOf(Json.read(visitor.fetch("/bff/session").body()).get("csrfToken"));

        HttpResponse<String> response = visitor.send(form(visitor, csrf, "document"));

        assertThat(response.statusCode()).isEqualTo(200);
        String idToken = provider.secrets.stream()
                .filter(secret -> secret.startsWith("eyJ"))
                .findFirst()
                .orElseThrow();
        assertThat(response.body())
                .contains("action=\"" + provider.issuer + "/logout\"")
                .contains("name=\"id_token_hint\" value=\"" + idToken + "\"")
                .contains("name=\"post_logout_redirect_uri\" value=\"" + site.origin + "/\"");
        assertThat(response.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).contains("script-src 'sha256-", "default-src 'none'"));
        assertThat(visitor.cookies).isEmpty();
    }

    @Test
    void logout_byForm_givesTheHintToAScriptNever() {
        Visitor visitor = new Visitor(site).loggedIn();
        String csrf =
                String.valueOf(Json.read(visitor.fetch("/bff/session").body()).get("csrfToken"));

        HttpResponse<String> response = visitor.send(form(visitor, csrf, "empty"));

        assertThat(response.body()).contains("client_id").doesNotContain("id_token_hint");
        assertThat(provider.secrets).noneMatch(secret -> response.body().contains(secret));
    }

    @Test
    void logout_withoutHeaderAndToken_is403_andTheSessionStays() {
        Visitor visitor = new Visitor(site).loggedIn();

        assertThat(visitor.send(form(visitor, "", "document")).statusCode()).isEqualTo(403);
        assertThat(visitor.send(form(visitor, "wrong", "document")).statusCode())
                .isEqualTo(403);
        assertThat(visitor.send(form(visitor, "x", "document").setHeader("Sec-Fetch-Site", "same-site"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(visitor.navigate("/bff/logout").statusCode()).isEqualTo(405);
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(200);
    }

    private static HttpRequest.Builder form(Visitor visitor, String csrf, String destination) {
        return visitor.request("/bff/logout")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "same-origin")
                .header("Sec-Fetch-Mode", destination.equals("document") ? "navigate" : "cors")
                .header("Sec-Fetch-Dest", destination)
                .POST(HttpRequest.BodyPublishers.ofString(Http.form(Map.of("csrf", csrf))));
    }

    @Test
    void logout_atAProviderWithoutAnEndpoint_returnsToThePage() {
        provider.metadata = fields -> fields.remove("end_session_endpoint");
        site.close();
        site = new Site(provider, api, builder -> builder.afterLogout("/bye"));
        Visitor visitor = new Visitor(site).loggedIn();
        String csrf =
                String.valueOf(Json.read(visitor.fetch("/bff/session").body()).get("csrfToken"));

        HttpResponse<String> response = visitor.send(form(visitor, csrf, "document"));

        assertThat(response.statusCode()).isEqualTo(303);
        assertThat(Visitor.location(response)).isEqualTo("/bye");
        assertThat(visitor.cookies).isEmpty();
    }

    @Test
    void logout_doesNotTouchASessionThatIsNotTheHandlers() {
        Session own = site.engine.open((String) null);
        own.login("ada");
        String cookie = site.engine.commit(own).get(0).split(";", 2)[0];
        Visitor visitor = new Visitor(site);
        visitor.cookies.put("__Host-Http-session", new Visitor.Cookie(cookie.split("=", 2)[1], "SameSite=Strict"));

        assertThat(visitor.post("/bff/logout", "").statusCode()).isEqualTo(200);

        assertThat(site.engine.sessionsOf("ada")).hasSize(1);
    }
}
