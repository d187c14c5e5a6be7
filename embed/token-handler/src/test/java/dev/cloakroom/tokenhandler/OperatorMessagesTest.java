package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the log tells an operator whose settings do not fit the authorization server's. */
class OperatorMessagesTest {

    private final CollectedLog log = new CollectedLog();
    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private Site site = new Site(provider, api);

    @AfterEach
    void close() {
        site.close();
        api.close();
        provider.close();
        log.close();
    }

    private void assertLogged(String... parts) {
        assertThat(log.lines).anySatisfy(line -> assertThat(line).contains(parts));
    }

    @Test
    void wrongIssuer_isNamedWithTheRightOne() {
        provider.metadata = fields -> fields.put("issuer", provider.issuer + "/");

        HttpResponse<String> response = new Visitor(site).navigate("/bff/login");

        assertThat(response.statusCode()).isEqualTo(503);
        assertLogged(
                "the metadata of " + provider.issuer,
                "names another issuer, \"" + provider.issuer + "/\"",
                "a slash at the end counts");
    }

    @Test
    void authorizationServerThatFails_isNotSaidToRefuse() {
        provider.codeStatus = 500;

        HttpResponse<String> response = new Visitor(site).logIn();

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("cannot be used now").doesNotContain("refused");
        assertLogged("a login at " + provider.issuer + " failed", "it failed at the code");
        assertThat(site.handler.metrics().refusals()).containsEntry(Refusal.PROVIDER_UNAVAILABLE, 1L);
    }

    @Test
    void wrongSecret_isNamed() {
        site.close();
        site = new Site(
                provider,
                api,
                settings -> settings.client(ClientCredentials.secretBasic(AuthorizationServer.CLIENT_ID, "wrong")));

        HttpResponse<String> response = new Visitor(site).logIn();

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("invalid_client");
        assertLogged(provider.issuer + " answered invalid_client", "check the client's id, its secret or key");
    }

    @Test
    void wrongRedirectUri_isNamed_ifTheAuthorizationServerTellsTheHandler() {
        provider.pushes = true;
        provider.registeredRedirectUri = "https://elsewhere.example/callback";

        HttpResponse<String> response = new Visitor(site).navigate("/bff/login");

        assertThat(response.statusCode()).isEqualTo(503);
        assertLogged(provider.issuer + " answered invalid_request", "redirect URI, which must be registered exactly");
    }
}
