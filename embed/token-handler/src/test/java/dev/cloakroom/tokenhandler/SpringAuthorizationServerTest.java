package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.Concurrently;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.LifecycleException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The handler with an authorization server that others made: Spring's, with rotation of refresh tokens. */
class SpringAuthorizationServerTest {

    private static final Pattern FIELD = Pattern.compile("name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"");

    private static SpringAuthorizationServer provider;

    private Api api;
    private Site site;
    private Visitor visitor;

    /** The same browser, at the authorization server's site. */
    private final HttpClient atProvider = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    @BeforeAll
    static void startServer(@TempDir Path directory) throws LifecycleException {
        provider = new SpringAuthorizationServer(directory);
    }

    @AfterAll
    static void closeServer() throws LifecycleException {
        provider.close();
    }

    @BeforeEach
    void start() {
        api = new Api(provider::accepts);
        site = new Site(provider.issuer, api);
        provider.register(site.origin);
        visitor = new Visitor(site);
    }

    @AfterEach
    void close() {
        site.close();
        api.close();
    }

    @Test
    void user_logsInByAForm_callsAnApi_isRefreshedOnce_andLogsOutEverywhere() throws Exception {
        HttpResponse<String> callback = visitor.arrive(logInAtProvider(visitor.begin("/orders")));
        assertThat(callback.statusCode()).as(callback.body()).isEqualTo(200);
        assertThat(callback.body()).contains("/orders");
        assertThat(visitor.fetch("/bff/session").body()).contains("\"sub\":\"ada\"");
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(200);

        int before = provider.families().rotations.get();
        site.later();
        List<Integer> statuses = Concurrently.run(
                20, thread -> visitor.copy().fetch("/api/" + thread).statusCode());
        assertThat(statuses).containsOnly(200);
        assertThat(provider.families().rotations).hasValue(before + 1);
        site.later();
        assertThat(visitor.fetch("/api/a").statusCode())
                .as("by the rotated token")
                .isEqualTo(200);
        assertThat(provider.families().rotations).hasValue(before + 2);

        String refreshToken = provider.families().newest();
        HttpResponse<String> logout = logOutByForm();
        assertThat(logout.body()).contains(provider.issuer + "/connect/logout");
        HttpResponse<String> after = submit(URI.create(provider.issuer + "/connect/logout"), fields(logout.body()));
        assertThat(Visitor.location(after)).isEqualTo(site.origin + "/");
        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
        assertThat(await(() -> provider.families().isRevoked(refreshToken))).isTrue();
        assertThat(next(get(URI.create(visitor.begin("/")))))
                .as("the login there is over, too")
                .hasPath("/login");
    }

    @Test
    void refreshTokenUsedByAThief_endsTheSession_withA401() throws Exception {
        assertThat(visitor.arrive(logInAtProvider(visitor.begin("/"))).statusCode())
                .isEqualTo(200);
        String stolen = provider.families().newest();
        HttpResponse<String> thief = atProvider.send(
                HttpRequest.newBuilder(URI.create(provider.issuer + "/oauth2/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header(
                                "Authorization",
                                AuthorizationServer.basic(AuthorizationServer.CLIENT_ID, AuthorizationServer.SECRET))
                        .POST(HttpRequest.BodyPublishers.ofString(
                                Http.form(Map.of("grant_type", "refresh_token", "refresh_token", stolen))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(thief.statusCode()).isEqualTo(200);
        site.later();

        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);

        assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(401);
        assertThat(provider.accepts(String.valueOf(Json.read(thief.body()).get("access_token"))))
                .as("what the thief has got")
                .isFalse();
    }

    /** Follows the redirects, fills in the form, and returns the callback's address. */
    private String logInAtProvider(String authorization) throws Exception {
        URI page = next(get(URI.create(authorization)));
        Map<String, String> form = fields(get(page).body());
        form.put("username", SpringAuthorizationServer.USER);
        form.put("password", SpringAuthorizationServer.PASSWORD);
        return next(get(next(submit(page, form)))).toString();
    }

    /** Returns where an answer redirects to. */
    private static URI next(HttpResponse<String> answer) {
        return answer.uri().resolve(Visitor.location(answer));
    }

    private HttpResponse<String> logOutByForm() {
        String token =
                String.valueOf(Json.read(visitor.fetch("/bff/session").body()).get("csrfToken"));
        return visitor.send(visitor.request("/bff/logout")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "same-origin")
                .header("Sec-Fetch-Mode", "navigate")
                .header("Sec-Fetch-Dest", "document")
                .POST(HttpRequest.BodyPublishers.ofString(Http.form(Map.of("csrf", token)))));
    }

    private HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return atProvider.send(
                HttpRequest.newBuilder(address).header("Accept", "text/html").build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> submit(URI address, Map<String, String> form)
            throws IOException, InterruptedException {
        return atProvider.send(
                HttpRequest.newBuilder(address)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(Http.form(form)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Map<String, String> fields(String page) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher matcher = FIELD.matcher(page);
        while (matcher.find()) {
            fields.put(matcher.group(1), matcher.group(2).replace("&#x2F;", "/").replace("&amp;", "&"));
        }
        return fields;
    }

    private static boolean await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        return condition.getAsBoolean();
    }
}
