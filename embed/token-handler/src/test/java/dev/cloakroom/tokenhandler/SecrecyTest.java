package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No token, code, verifier or secret in a log, an answer, an address or a meter: also when everything goes wrong. */
class SecrecyTest {

    private final CollectedLog log = new CollectedLog();
    private final Queue<String> answered = new ConcurrentLinkedQueue<>();

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private final Site site = new Site(provider, api);

    @AfterEach
    void close() {
        site.close();
        api.close();
        provider.close();
        log.close();
    }

    @Test
    void nothingSecret_isLoggedOrAnswered() {
        Visitor visitor = new Visitor(site);
        look(visitor.logIn());
        look(visitor.fetch("/bff/session"));
        look(visitor.fetch("/api/a"));
        look(visitor.fetch("/api/%2e%2e/a"));
        look(visitor.post("/bff/logout", ""));
        fail(() -> provider.idTokenClaims = claims -> claims.claim("nonce", "another"));
        fail(() -> provider.idTokenClaims = claims -> claims.issuer("https://evil.example"));
        fail(() -> provider.idToken = AuthorizationServer::unsigned);
        fail(() -> provider.idToken = token -> "%" + token);
        fail(() -> provider.tokenResponse = fields -> fields.put("token_type", "unknown"));
        fail(() -> provider.tokenResponse = fields -> fields.put("access_token", List.of(fields)));
        fail(() -> provider.sendsIssuer = false);
        refreshFails(() -> provider.refreshStatus = 500);
        refreshFails(() -> provider.beforeRefreshAnswer = () -> {
            throw new IOException("no answer");
        });
        refreshFails(() -> provider.tokenResponse = fields -> fields.put("token_type", fields.get("refresh_token")));
        String logoutToken =
                AuthorizationServer.sign(provider.logoutClaims().issuer("x").build(), JOSEObjectType.JWT);
        provider.secrets.add(logoutToken);
        look(Visitor.sendLogoutToken(site.origin, logoutToken));

        assertThat(log.lines).as("failures are logged").isNotEmpty();
        assertThat(provider.secrets).hasSizeGreaterThan(20);
        assertThat(AuthorizationServer.SECRET).isNotEmpty();
        provider.secrets.add(AuthorizationServer.SECRET);
        for (String secret : provider.secrets) {
            assertThat(log.lines).noneMatch(line -> line.contains(secret));
            assertThat(answered).noneMatch(text -> text.contains(secret));
        }
        assertThat(site.handler.metrics().toString()).doesNotContain("access-", "refresh-", "code-");
    }

    private void fail(Runnable makeBad) {
        makeBad.run();
        HttpResponse<String> response = new Visitor(site).logIn();
        assertThat(response.statusCode()).isGreaterThanOrEqualTo(400);
        look(response);
        heal();
    }

    private void refreshFails(Runnable makeBad) {
        Visitor visitor = new Visitor(site).loggedIn();
        makeBad.run();
        site.later();
        HttpResponse<String> response = visitor.fetch("/api/a");
        assertThat(response.statusCode()).isGreaterThanOrEqualTo(400);
        look(response);
        heal();
    }

    private void heal() {
        provider.idTokenClaims = claims -> {};
        provider.idToken = token -> token;
        provider.tokenResponse = fields -> {};
        provider.sendsIssuer = true;
        provider.refreshStatus = 200;
        provider.beforeRefreshAnswer = () -> {};
    }

    private void look(HttpResponse<String> response) {
        answered.add(response.body() + response.headers());
    }

    @Test
    void textForms_showNothing() {
        Tokens tokens = new Tokens("access-secret", "refresh-secret", "id-secret", 1, 2, 3);
        Transaction transaction = new Transaction("i", "state-secret", "nonce-secret", "verifier-secret", "/", null, 1);
        TokenRequest request = new TokenRequest(
                "GET",
                "/bff/callback?code=code-secret",
                Map.of("Cookie", List.of("cookie-secret")),
                InputStream.nullInputStream(),
                null);

        assertThat(tokens.toString()
                        + new Provider.Granted(tokens, null)
                        + transaction
                        + request
                        + TokenResponse.empty(200).with("Set-Cookie", "cookie-secret")
                        + new TokenResponse.Header("Set-Cookie", "cookie-secret")
                        + ClientCredentials.secretBasic("client", "client-secret"))
                .doesNotContain("-secret");
    }

    @Test
    void authorizationAddress_hasNoVerifier() {
        Visitor visitor = new Visitor(site);
        String address = visitor.begin("/");
        visitor.arrive(visitor.authorize(address));

        String verifier = String.valueOf(provider.tokenForms.peek().get("code_verifier"));
        assertThat(verifier).hasSizeGreaterThanOrEqualTo(43);
        assertThat(address).doesNotContain(verifier);
    }
}
