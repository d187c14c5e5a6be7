package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.Concurrently;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refreshes: once, in time, and with a clean end when they fail. */
class RefreshTest {

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private final Site site = new Site(provider, api);

    @AfterEach
    void close() {
        site.close();
        api.close();
        provider.close();
    }

    @Test
    void hundredParallelRequests_withAnExpiredToken_refreshOnce() {
        Visitor visitor = new Visitor(site).loggedIn();
        site.later();

        List<Integer> statuses = Concurrently.run(
                100, thread -> visitor.copy().fetch("/api/" + thread).statusCode());

        assertThat(statuses).hasSize(100).containsOnly(200);
        assertThat(provider.refreshes).hasValue(1);
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(200);
        assertThat(site.handler.metrics().refreshes()).isEqualTo(1);
    }

    @Test
    void token_isRefreshedBeforeItsEnd_andNotEarlier() {
        Visitor visitor = new Visitor(site).loggedIn();

        site.clock.advance(Duration.ofSeconds(300 - 50));
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(provider.refreshes).hasValue(0);

        site.clock.advance(Duration.ofSeconds(10));
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(provider.refreshes).hasValue(1);
    }

    @Test
    void refreshToken_rotates_andTheNextRefreshUsesTheNewOne() {
        Visitor visitor = new Visitor(site).loggedIn();

        for (int i = 1; i <= 3; i++) {
            site.later();
            assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
            assertThat(provider.refreshes).hasValue(i);
        }
    }

    static List<Arguments> lifetimesThatSayNothing() {
        return List.of(Arguments.of((Object) null), Arguments.of(0), Arguments.of(-5), Arguments.of("soon"));
    }

    @ParameterizedTest
    @MethodSource("lifetimesThatSayNothing")
    void expiresIn_thatSaysNothing_leavesTheTokenAloneUntilItIsRefused(Object expiresIn) {
        provider.tokenResponse = fields -> fields.put("expires_in", expiresIn);
        Visitor visitor = new Visitor(site).loggedIn();

        site.later();
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(provider.refreshes).hasValue(0);

        provider.revokeAccessTokens();
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(provider.refreshes).hasValue(1);
    }

    @Test
    void expiresIn_huge_isTakenForADay() {
        provider.tokenResponse = fields -> fields.put("expires_in", Long.MAX_VALUE);
        assertRefreshedAfterADay(new Visitor(site).loggedIn());

        provider.tokenResponse = fields -> fields.put("expires_in", 1e300);
        assertRefreshedAfterADay(new Visitor(site).loggedIn());
    }

    private void assertRefreshedAfterADay(Visitor visitor) {
        int before = provider.refreshes.get();
        site.clock.advance(Duration.ofHours(23));
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(provider.refreshes).hasValue(before);
        site.clock.advance(Duration.ofHours(1));
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(provider.refreshes).hasValue(before + 1);
    }

    @Test
    void expiresIn_asText_counts() {
        provider.tokenResponse = fields -> fields.put("expires_in", "60");
        Visitor visitor = new Visitor(site).loggedIn();

        site.clock.advance(Duration.ofSeconds(31));
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);

        assertThat(provider.refreshes).as("after half of a short life").hasValue(1);
    }

    @Test
    void invalidGrant_endsTheSession_withA401() {
        Visitor visitor = new Visitor(site).loggedIn();
        String stolen = provider.secrets.stream()
                .filter(secret -> secret.startsWith("refresh-"))
                .findFirst()
                .orElseThrow();
        useElsewhere(stolen);
        site.later();

        HttpResponse<String> response = visitor.fetch("/api/a");

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(Json.read(response.body())).containsEntry("error", "login_required");
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
        assertThat(site.engine.sessionsOf(site.handler.principalOf("ada"))).isEmpty();
        assertThat(api.seen).isEmpty();
    }

    private void useElsewhere(String refreshToken) {
        Visitor thief = new Visitor(provider.issuer);
        thief.send(thief.request("/token")
                .POST(HttpRequest.BodyPublishers.ofString(Http.form(Map.of(
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        refreshToken,
                        "client_id",
                        AuthorizationServer.CLIENT_ID,
                        "client_secret",
                        AuthorizationServer.SECRET)))));
    }

    @Test
    void invalidGrant_underParallelRequests_isAskedForOnce_andIs401ForAll() {
        Visitor visitor = new Visitor(site).loggedIn();
        provider.secrets.stream()
                .filter(secret -> secret.startsWith("refresh-"))
                .forEach(this::useElsewhere);
        int before = provider.refreshes.get();
        site.later();

        List<Integer> statuses =
                Concurrently.run(20, thread -> visitor.copy().fetch("/api/a").statusCode());

        assertThat(statuses).containsOnly(401);
        assertThat(provider.refreshes).hasValue(before + 1);
    }

    @Test
    void lostAnswer_endsTheSession_withA401() {
        Visitor visitor = new Visitor(site).loggedIn();
        site.later();
        provider.beforeRefreshAnswer = () -> {
            throw new IOException("no answer");
        };

        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);

        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
        assertThat(site.engine.sessionsOf(site.handler.principalOf("ada"))).isEmpty();
    }

    @Test
    void logoutDuringARefresh_staysALogout_andTheNewTokensAreRevoked() throws Exception {
        Visitor visitor = new Visitor(site).loggedIn();
        site.later();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        provider.beforeRefreshAnswer = () -> {
            asked.countDown();
            try {
                goOn.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };

        List<Integer> statuses = Concurrently.run(2, thread -> {
            if (thread == 0) {
                return visitor.copy().fetch("/api/a").statusCode();
            }
            asked.await(20, TimeUnit.SECONDS);
            int status = visitor.copy().post("/bff/logout", "").statusCode();
            goOn.countDown();
            return status;
        });

        assertThat(statuses).containsExactly(401, 200);
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
        assertThat(api.seen).isEmpty();
        assertThat(await(() -> provider.revoked.size() == 2)).isTrue();
        assertThat(provider.revoked).allMatch(token -> token.startsWith("refresh-"));
    }

    private static boolean await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        return condition.getAsBoolean();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 429})
    void providerThatFails_leavesTheSession_andAGoodTokenIsUsedOn(int status) {
        Visitor visitor = new Visitor(site).loggedIn();
        provider.refreshStatus = status;

        site.clock.advance(Duration.ofSeconds(280));
        assertThat(visitor.fetch("/api/a").statusCode())
                .as("the token is still good")
                .isEqualTo(200);
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(provider.refreshes).as("not asked again at once").hasValue(1);

        site.clock.advance(Duration.ofSeconds(60));
        HttpResponse<String> response = visitor.fetch("/api/a");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Json.read(response.body())).containsEntry("error", "provider_unavailable");

        provider.refreshStatus = 200;
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
    }

    @Test
    void sessionWithoutARefreshToken_endsWithItsAccessToken() {
        provider.tokenResponse = fields -> fields.remove("refresh_token");
        Visitor visitor = new Visitor(site).loggedIn();
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);
        assertThat(visitor.fetch("/bff/session").body())
                .contains(Instant.ofEpochMilli(site.clock.millis() + 300_000).toString());

        site.later();

        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
        assertThat(site.engine.sessionsOf(site.handler.principalOf("ada"))).isEmpty();
        assertThat(provider.refreshes).hasValue(0);
    }

    @Test
    void refreshToken_whoseEndIsKnown_endsTheSession() {
        provider.tokenResponse = fields -> fields.put("refresh_expires_in", 600);
        Visitor visitor = new Visitor(site).loggedIn();

        site.clock.advance(Duration.ofSeconds(601));

        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
        assertThat(provider.refreshes).hasValue(0);
    }

    @Test
    void refreshedIdToken_ofAnotherUser_endsTheSession() {
        Visitor visitor = new Visitor(site).loggedIn();
        provider.subject = "another";
        site.later();

        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
    }
}
