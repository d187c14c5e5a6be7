package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logouts that the authorization server orders (OpenID Connect Back-Channel Logout 1.0). */
class BackchannelTest {

    private static final JOSEObjectType LOGOUT = new JOSEObjectType("logout+jwt");

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private final Site site = new Site(provider, api);

    @AfterEach
    void close() {
        site.close();
        api.close();
        provider.close();
    }

    private HttpResponse<String> send(String token) {
        return Visitor.sendLogoutToken(site.origin, token);
    }

    private String token(Consumer<JWTClaimsSet.Builder> change) {
        JWTClaimsSet.Builder claims = provider.logoutClaims();
        change.accept(claims);
        return AuthorizationServer.sign(claims.build(), LOGOUT);
    }

    private static int status(Visitor visitor) {
        return visitor.fetch("/bff/session").statusCode();
    }

    @Test
    void token_withASubject_endsAllItsSessions_andNoOthers() {
        Visitor first = new Visitor(site).loggedIn();
        Visitor second = new Visitor(site).loggedIn();
        provider.subject = "grace";
        Visitor other = new Visitor(site).loggedIn();
        provider.subject = "ada";

        HttpResponse<String> response = send(token(claims -> {}));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(response.headers().map()).doesNotContainKey("set-cookie");
        assertThat(List.of(status(first), status(second), status(other))).containsExactly(401, 401, 200);
        assertThat(first.fetch("/api/a").statusCode()).isEqualTo(401);
        assertThat(site.handler.metrics().backchannelLogouts()).isEqualTo(2);
    }

    @Test
    void token_withSubjectAndSid_endsThatSessionAlone() {
        Visitor first = new Visitor(site).loggedIn();
        provider.sid = "sid-2";
        Visitor second = new Visitor(site).loggedIn();

        assertThat(send(token(claims -> claims.claim("sid", "sid-2"))).statusCode())
                .isEqualTo(200);

        assertThat(status(first)).isEqualTo(200);
        assertThat(status(second)).isEqualTo(401);
    }

    @Test
    void token_forSessionsThatAreOver_isTaken() {
        assertThat(send(token(claims -> {})).statusCode()).isEqualTo(200);
        assertThat(send(token(claims -> claims.claim("sid", "unknown"))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void token_withoutASubject_isRefusedWithAReason() {
        HttpResponse<String> response =
                send(token(claims -> claims.subject(null).claim("sid", "sid-1")));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("sid alone is not supported", "send sub");
    }

    @Test
    void token_replayed_isRefused() {
        String token = token(claims -> {});
        assertThat(send(token).statusCode()).isEqualTo(200);
        Visitor visitor = new Visitor(site).loggedIn();

        HttpResponse<String> response = send(token);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body())).containsEntry("error", "replayed_logout_token");
        assertThat(status(visitor)).isEqualTo(200);
    }

    @Test
    void token_replayedAtAnotherNode_endsNoSessionThatBeganLater() {
        String token = token(claims -> claims.issueTime(Date.from(Instant.now().minusSeconds(100))));
        Visitor visitor = new Visitor(site).loggedIn();

        assertThat(send(token).statusCode()).as("this node has not seen it").isEqualTo(200);

        assertThat(status(visitor)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "logout+jwt"})
    void type_mayBeEither(String type) {
        assertThat(send(AuthorizationServer.sign(provider.logoutClaims().build(), new JOSEObjectType(type)))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(longs = {-60, 60})
    void clock_ofTheProvider_mayBeOffByAMinute(long seconds) {
        provider.clockOffset = Duration.ofSeconds(seconds);
        Visitor visitor = new Visitor(site).loggedIn();

        assertThat(send(token(claims -> claims.expirationTime(
                                Date.from(Instant.now().plusSeconds(seconds).plusSeconds(20)))))
                        .statusCode())
                .isEqualTo(200);
        assertThat(status(visitor)).isEqualTo(401);
    }

    @Test
    void claims_thatAreWrong_areRefused() {
        refused(token(claims -> claims.issuer("https://evil.example")));
        refused(token(claims -> claims.audience("another client")));
        refused(token(claims -> claims.audience((String) null)));
        refused(token(claims -> claims.issueTime(null)));
        refused(token(claims -> claims.issueTime(Date.from(Instant.now().plusSeconds(120)))));
        refused(token(claims -> claims.issueTime(Date.from(Instant.now().minusSeconds(900)))));
        refused(token(claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(120)))));
        refused(token(claims -> claims.expirationTime(null)));
        refused(token(claims -> claims.jwtID(null)));
        refused(token(claims -> claims.claim("events", null)));
        refused(token(claims -> claims.claim("events", Map.of("http://schemas.openid.net/event/other", Map.of()))));
        refused(token(claims -> claims.claim("nonce", "n")));
        refused(token(claims -> claims.subject(null)));
    }

    @Test
    void signature_thatIsNotTheProviders_isRefused() {
        String good = token(claims -> {});
        refused(AuthorizationServer.unsigned(good));
        refused(AuthorizationServer.signedWithPublicKey(good));
        refused(AuthorizationServer.sign(provider.logoutClaims().build(), LOGOUT, KeyPairs.withId("k1")));
        refused(good.substring(0, good.length() - 4) + "AAAA");
        refused("not a token");
        refused("");
    }

    @Test
    void idToken_isNoLogoutToken() {
        new Visitor(site).loggedIn();
        String idToken = provider.secrets.stream()
                .filter(secret -> secret.startsWith("eyJ"))
                .findFirst()
                .orElseThrow();

        refused(idToken);
    }

    private void refused(String token) {
        Visitor visitor = new Visitor(site).loggedIn();

        HttpResponse<String> response = send(token);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(status(visitor)).isEqualTo(200);
    }

    @Test
    void requestThatIsNoForm_isRefused() {
        Visitor server = new Visitor(site);
        assertThat(server.send(server.request("/bff/backchannel")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.send(server.request("/bff/backchannel")).statusCode()).isEqualTo(405);
        assertThat(send("x".repeat(70_000)).statusCode()).isEqualTo(413);
    }

    @Test
    void unknownKeys_causeFewFetches() {
        new Visitor(site).loggedIn();

        for (int i = 0; i < 20; i++) {
            String forged =
                    AuthorizationServer.sign(provider.logoutClaims().build(), LOGOUT, KeyPairs.withId("unknown-" + i));
            assertThat(send(forged).statusCode()).isEqualTo(400);
        }

        assertThat(provider.keyFetches.get()).isLessThanOrEqualTo(3);
    }
}
