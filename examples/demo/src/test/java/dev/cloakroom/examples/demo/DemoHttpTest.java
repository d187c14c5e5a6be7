package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.key.KeyRing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The demo's HTTP contract, over HTTPS. */
class DemoHttpTest {

    private static final String FLAGS = "; Path=/; Secure; HttpOnly; SameSite=Strict";
    private static final String COOKIE = Visitor.COOKIE_NAME + "=[A-Za-z0-9_-]{40,}";
    private static final String CLEARED = Visitor.COOKIE_NAME + "=; Max-Age=0; .*Path=/; Secure; HttpOnly.*";
    private static final int SOCKET_TIMEOUT = 5_000;

    /** One demo serves all tests. Each begins without a session of the users that the tests log in. */
    private static ManualClock clock;

    private static DemoServer demo;
    private static HttpClient client;

    private Visitor ada;
    private long issuedBefore;

    @BeforeAll
    static void start() throws Exception {
        clock = new ManualClock();
        demo = DemoServer.start(Options.parse("--port", "0"), KeyRing.random(), clock);
        client = Visitor.trusting(demo.certificate());
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    @BeforeEach
    void come() {
        ada = new Visitor(client, demo.uri());
        issuedBefore = demo.issuer().issued();
    }

    @AfterEach
    void leave() {
        for (String user : List.of("ada", "bob")) {
            Objects.requireNonNull(demo.engine()).logoutEverywhere(user);
        }
    }

    private long issued() {
        return demo.issuer().issued() - issuedBefore;
    }

    // Login and logout

    @Test
    void login_rightPassword_tellsUserAndSetsStrictCookie() {
        HttpResponse<String> answer = ada.login("ada");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"username\":\"ada\"}");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(Visitor.setCookie(answer)).matches(COOKIE + FLAGS);
    }

    @Test
    void login_remembered_setsCookieWithMaxAge() {
        HttpResponse<String> answer =
                ada.post("/api/login", "{\"username\":\"ada\",\"password\":\"demo\",\"remember\":true}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Visitor.setCookie(answer))
                .containsPattern("; Max-Age=(2592000|259199[0-9])")
                .contains("; Secure");
        assertThat(ada.get("/api/me").statusCode()).isEqualTo(200);
    }

    @Test
    void login_notRemembered_setsCookieOfTheBrowserSession() {
        HttpResponse<String> answer =
                ada.post("/api/login", "{\"username\":\"ada\",\"password\":\"demo\",\"remember\":false}");

        assertThat(Visitor.setCookie(answer)).doesNotContain("Max-Age").doesNotContain("Expires");
    }

    @Test
    void login_wrongPassword_isRefusedWithoutCookie() {
        assertRefused(ada.post("/api/login", "{\"username\":\"ada\",\"password\":\"Demo\"}"), 401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "nonsense",
                "null",
                "true",
                "1e999",
                "\"ada\"",
                "[]",
                "[{\"username\":\"ada\",\"password\":\"demo\"}]",
                "{}",
                "{\"username\":\"ada\"}",
                "{\"password\":\"demo\"}",
                "{\"username\":\"\",\"password\":\"demo\"}",
                "{\"username\":null,\"password\":\"demo\"}",
                "{\"username\":1,\"password\":\"demo\"}",
                "{\"username\":{},\"password\":\"demo\"}",
                "{\"username\":\"ada\",\"password\":[\"demo\"]}",
                "{\"username\":\"ada\",\"password\":null}",
                "{\"username\":\"ada\",\"password\":\"demo\",\"remember\":\"yes\"}",
                "{\"username\":\"ada\",\"password\":\"demo\",\"remember\":1}",
                "{\"username\":\"ada\",\"password\":\"demo\",\"remember\":null}",
                "{\"username\":\"ada\",\"username\":\"bob\",\"password\":\"demo\"}",
                "{\"username\":\"ada\",\"password\":\"demo\"} x",
                "{\"username\":\"ada\",\"password\":\"demo\"}{}",
                "{\"username\":\"ada\",\"password\":\"demo\",}",
                "{'username':'ada','password':'demo'}",
                "{username:\"ada\",password:\"demo\"}",
                "{\"username\":\"\\ud800\",\"password\":\"demo\"}",
                "{\"username\":\"a\u0000da\",\"password\":\"demo\"}",
            })
    void login_badJson_isRefusedWithoutCookie(String body) {
        assertRefused(ada.post("/api/login", body), 400);
    }

    @Test
    void login_deeplyNestedJson_isRefused() {
        assertRefused(ada.post("/api/login", "[".repeat(8_000)), 400);
        assertRefused(ada.post("/api/login", "{\"a\":".repeat(2_500)), 400);
    }

    @Test
    void login_invalidUtf8_isRefused() {
        byte[] body = "{\"username\":\"?\",\"password\":\"demo\"}".getBytes(StandardCharsets.ISO_8859_1);
        body[13] = (byte) 0xE9;

        assertRefused(ada.sendBytes("POST", "/api/login", BodyPublishers.ofByteArray(body)), 400);
    }

    @Test
    void login_longestUsername_isAcceptedAndLongerRefused() {
        assertThat(ada.login("é".repeat(512)).statusCode()).isEqualTo(200);
        assertRefused(ada.another().login("é".repeat(512) + "x"), 400);
    }

    @Test
    void login_hugeBody_isRefusedWith413() {
        assertRefused(ada.post("/api/login", " ".repeat(1024 * 1024)), 413);
    }

    @Test
    void login_again_replacesCookieAndKeepsSession() {
        ada.loggedInAs("ada").post("/api/visits", "");
        String before = ada.cookie();

        ada.loggedInAs("ada");

        assertThat(ada.cookie()).isNotEqualTo(before);
        assertThat(ada.another().withCookie(before).get("/api/me").statusCode()).isEqualTo(401);
        assertThat(ada.post("/api/visits", "").body()).isEqualTo("{\"visits\":2}");
    }

    @Test
    void login_asAnotherUser_startsAfresh() {
        ada.loggedInAs("ada").put("/api/attributes/secret", "of ada");
        ada.get("/api/orders");
        ada.loggedInAs("bob");

        assertThat(ada.get("/api/attributes").body()).isEqualTo("{}");
        assertThat(issued()).isEqualTo(1);
        ada.get("/api/orders");
        assertThat(issued()).isEqualTo(2);
    }

    @Test
    void login_overForgedCookie_setsNewCookie() {
        assertThat(ada.withCookie("A".repeat(98)).login("ada").statusCode()).isEqualTo(200);
        assertThat(ada.get("/api/me").statusCode()).isEqualTo(200);
    }

    @Test
    void logout_loggedIn_clearsCookieAndKillsEveryCopy() {
        String copy = ada.loggedInAs("ada").cookie();

        HttpResponse<String> answer = ada.post("/api/logout", "");

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(Visitor.setCookie(answer)).matches(CLEARED);
        assertThat(ada.another().withCookie(copy).get("/api/me").statusCode()).isEqualTo(401);
    }

    @Test
    void logout_withoutOrWithDeadSession_isDoneAllTheSame() {
        assertThat(ada.post("/api/logout", "").statusCode()).isEqualTo(204);
        assertThat(ada.withCookie("garbage").post("/api/logout", "").statusCode())
                .isEqualTo(204);
        String copy = ada.loggedInAs("ada").cookie();
        ada.post("/api/logout", "");
        assertThat(ada.withCookie(copy).post("/api/logout", "").statusCode()).isEqualTo(204);
    }

    // Who is asking

    @Test
    void me_loggedIn_tellsUserAndTimes() {
        Instant before = Instant.now().minusMillis(1);
        ada.loggedInAs("ada");

        JsonNode me = Visitor.json(ada.get("/api/me"));

        assertThat(me.propertyNames()).containsExactlyInAnyOrder("username", "createdAt", "lastAccessedAt");
        assertThat(me.get("username").stringValue()).isEqualTo("ada");
        Instant createdAt = Instant.parse(me.get("createdAt").stringValue());
        assertThat(createdAt).isBetween(before, Instant.now());
        assertThat(Instant.parse(me.get("lastAccessedAt").stringValue())).isBetween(createdAt, Instant.now());
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/api/me",
        "GET,/api/attributes",
        "PUT,/api/attributes/x",
        "DELETE,/api/attributes/x",
        "POST,/api/visits",
        "GET,/api/orders",
        "GET,/api/sessions",
        "DELETE,/api/sessions/AAAAAAAAAAAAAAAAAAAAAA",
        "DELETE,/api/token",
        "DELETE,/api/sessions"
    })
    void everything_withoutSession_isRefused(String method, String path) {
        assertRefused(ada.send(method, path, method.equals("PUT") ? "x" : null), 401);
        assertRefused(ada.withCookie("AAAA").send(method, path, method.equals("PUT") ? "x" : null), 401);
    }

    @Test
    void me_forgedCookie_isRefusedAndCounted() {
        String genuine = Objects.requireNonNull(ada.loggedInAs("ada").cookie());
        long rejectedBefore = ada.metric("rejectedCookies");
        long readsBefore = ada.metric("storeReads");

        int middle = genuine.length() / 2;
        String forged = genuine.substring(0, middle)
                + (genuine.charAt(middle) == 'A' ? 'B' : 'A')
                + genuine.substring(middle + 1);
        assertRefused(ada.another().withCookie(forged).get("/api/me"), 401);

        assertThat(ada.metric("rejectedCookies")).isEqualTo(rejectedBefore + 1);
        assertThat(ada.metric("storeReads")).isEqualTo(readsBefore);
    }

    @Test
    void me_cookieOfAnotherRun_isRefused() throws Exception {
        try (DemoServer other = DemoServer.start(Options.parse("--port", "0"), KeyRing.random(), clock)) {
            Visitor elsewhere = new Visitor(Visitor.trusting(other.certificate()), other.uri()).loggedInAs("ada");

            assertRefused(ada.withCookie(elsewhere.cookie()).get("/api/me"), 401);
        }
    }

    // Attributes

    @Test
    void attributes_putListedDeleted_followTheContract() {
        ada.loggedInAs("ada");

        assertThat(ada.get("/api/attributes").body()).isEqualTo("{}");
        HttpResponse<String> put = ada.put("/api/attributes/color", "green");
        assertThat(put.statusCode()).isEqualTo(204);
        assertThat(put.body()).isEmpty();
        ada.put("/api/attributes/a%20b%2F%C3%A9", "Grüße \"& <b>\n");
        assertThat(Visitor.json(ada.get("/api/attributes")).propertyNames()).containsExactly("a b/é", "color");
        assertThat(Visitor.json(ada.get("/api/attributes")).get("a b/é").stringValue())
                .isEqualTo("Grüße \"& <b>\n");
        ada.put("/api/attributes/color", "");
        assertThat(Visitor.json(ada.get("/api/attributes")).get("color").stringValue())
                .isEmpty();
        assertThat(ada.delete("/api/attributes/color").statusCode()).isEqualTo(204);
        assertThat(ada.delete("/api/attributes/color").statusCode()).isEqualTo(204);
        assertThat(Visitor.json(ada.get("/api/attributes")).propertyNames()).containsExactly("a b/é");
    }

    @Test
    void attributes_ofTheApplication_areOutOfReach() {
        ada.loggedInAs("ada").get("/api/orders");
        ada.post("/api/visits", "");

        assertThat(ada.get("/api/attributes").body()).isEqualTo("{}");
        assertThat(ada.put("/api/attributes/access_token", "mine").statusCode()).isEqualTo(204);
        assertThat(ada.put("/api/attributes/visits", "1000").statusCode()).isEqualTo(204);
        assertThat(ada.delete("/api/attributes/visits").statusCode()).isEqualTo(204);

        assertThat(ada.post("/api/visits", "").body()).isEqualTo("{\"visits\":2}");
        assertThat(ada.get("/api/orders").statusCode()).isEqualTo(200);
        assertThat(issued()).isEqualTo(1);
        assertThat(ada.get("/api/attributes").body()).isEqualTo("{\"access_token\":\"mine\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/attributes/",
                "/api/attributes/%00",
                "/api/attributes/a%0Ab",
                "/api/attributes/%FF",
                "/api/attributes/%C3",
                "/api/attributes/%ED%A0%80"
            })
    void attributes_impossibleName_isRefused(String path) {
        ada.loggedInAs("ada");

        assertRefused(ada.put(path, "x"), 400);
        assertRefused(ada.delete(path), 400);
    }

    @Test
    void attributes_longName_isRefused() {
        ada.loggedInAs("ada");

        assertThat(ada.put("/api/attributes/" + "n".repeat(195), "x").statusCode())
                .isEqualTo(204);
        assertRefused(ada.put("/api/attributes/" + "n".repeat(196), "x"), 400);
    }

    @Test
    void attributes_largestText_isKeptAndLargerRefused() {
        String largest = "é".repeat(32 * 1024);
        ada.loggedInAs("ada");

        assertThat(ada.put("/api/attributes/large", largest).statusCode()).isEqualTo(204);
        assertRefused(ada.put("/api/attributes/larger", largest + "x"), 413);
        assertRefused(ada.put("/api/attributes/huge", "x".repeat(3 * 1024 * 1024)), 413);
        assertThat(Visitor.json(ada.get("/api/attributes")).get("large").stringValue())
                .isEqualTo(largest);
    }

    @Test
    void attributes_moreThanTheSessionHolds_areRefused() {
        String large = "x".repeat(Api.MAXIMUM_NOTE);
        ada.loggedInAs("ada");

        List<Integer> statuses = IntStream.range(0, 6)
                .mapToObj(i -> ada.put("/api/attributes/n" + i, large).statusCode())
                .toList();

        assertThat(statuses).startsWith(204, 204, 204).endsWith(413).containsOnly(204, 413);
        assertThat(ada.get("/api/me").statusCode()).isEqualTo(200);
    }

    @Test
    void attributes_invalidUtf8_isRefused() {
        ada.loggedInAs("ada");

        assertRefused(
                ada.sendBytes("PUT", "/api/attributes/x", BodyPublishers.ofByteArray(new byte[] {(byte) 0xC3})), 400);
    }

    // Visits

    @Test
    void visits_counted_goUpByOne() {
        ada.loggedInAs("ada");

        assertThat(ada.post("/api/visits", "").body()).isEqualTo("{\"visits\":1}");
        assertThat(ada.post("/api/visits", "ignored").body()).isEqualTo("{\"visits\":2}");
    }

    @Test
    void visits_countedInParallel_loseNone() throws Exception {
        ada.loggedInAs("ada");

        List<Long> seen = inParallel(
                80,
                () -> Visitor.json(ada.post("/api/visits", "")).get("visits").longValue());

        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 80).boxed().toList());
        assertThat(ada.post("/api/visits", "").body()).isEqualTo("{\"visits\":81}");
    }

    // Orders

    @Test
    void orders_loggedIn_areTheResourceServersForThatUser() {
        HttpResponse<String> answer = ada.loggedInAs("ada").get("/api/orders");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Visitor.json(answer).get("orders").isEmpty()).isFalse();
        assertThat(ada.get("/api/orders").body()).isEqualTo(answer.body());
        assertThat(issued()).isEqualTo(1);
    }

    @Test
    void orders_tokenExpired_getsAnother() {
        ada.loggedInAs("ada").get("/api/orders");

        clock.advance(TokenIssuer.LIFETIME);

        assertThat(ada.get("/api/orders").statusCode()).isEqualTo(200);
        assertThat(issued()).isEqualTo(2);
    }

    @Test
    void orders_askedInParallelWithExpiredToken_issueOne() throws Exception {
        ada.loggedInAs("ada").get("/api/orders");
        clock.advance(TokenIssuer.LIFETIME);

        List<Integer> statuses = inParallel(24, () -> ada.get("/api/orders").statusCode());

        assertThat(statuses).containsOnly(200);
        assertThat(issued()).isEqualTo(2);
    }

    // Sessions

    @Test
    void sessions_ofTwoDevices_areListedWithTheCurrentOneMarked() {
        ada.send("POST", "/api/login", "{\"username\":\"ada\",\"password\":\"demo\"}", "User-Agent", "first");
        Visitor second = ada.another();
        second.send(
                "POST", "/api/login", "{\"username\":\"ada\",\"password\":\"demo\"}", "User-Agent", "x".repeat(1000));
        ada.another().loggedInAs("bob");

        JsonNode sessions = Visitor.json(ada.get("/api/sessions"));

        assertThat(sessions.size()).isEqualTo(2);
        for (JsonNode session : sessions) {
            assertThat(session.propertyNames())
                    .containsExactlyInAnyOrder("handle", "current", "createdAt", "lastAccessedAt", "userAgent");
            assertThat(session.get("handle").stringValue()).matches("[A-Za-z0-9_-]{22}");
            assertThat(Instant.parse(session.get("createdAt").stringValue()))
                    .isBeforeOrEqualTo(
                            Instant.parse(session.get("lastAccessedAt").stringValue()));
        }
        assertThat(sessions.get(0).get("current").booleanValue()).isTrue();
        assertThat(sessions.get(0).get("userAgent").stringValue()).isEqualTo("first");
        assertThat(sessions.get(1).get("current").booleanValue()).isFalse();
        assertThat(sessions.get(1).get("userAgent").stringValue()).isEqualTo("x".repeat(256));
    }

    @Test
    void endSession_anotherDevice_logsItOut() {
        Visitor phone = ada.another().loggedInAs("ada");
        ada.loggedInAs("ada");

        HttpResponse<String> answer = ada.delete("/api/sessions/" + handle(phone));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(phone.get("/api/me").statusCode()).isEqualTo(401);
        assertThat(ada.get("/api/me").statusCode()).isEqualTo(200);
        assertThat(Visitor.json(ada.get("/api/sessions")).size()).isEqualTo(1);
    }

    @Test
    void endSession_current_clearsItsCookie() {
        String copy = ada.loggedInAs("ada").cookie();

        HttpResponse<String> answer = ada.delete("/api/sessions/" + handle(ada));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(Visitor.setCookie(answer)).matches(CLEARED);
        assertThat(ada.withCookie(copy).get("/api/me").statusCode()).isEqualTo(401);
    }

    @Test
    void endSession_ofAnotherUser_isRefused() {
        Visitor bob = ada.another().loggedInAs("bob");
        ada.loggedInAs("ada");

        assertRefused(ada.delete("/api/sessions/" + handle(bob)), 404);

        assertThat(bob.get("/api/me").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAAAAAAAAAAAAAAAAAAAA", "%C3", "%00", "a%2Fb", "AAAAAAAAAAAAAAAAAAAAAAA="})
    void endSession_unknownOrMalformed_isRefused(String handle) {
        HttpResponse<String> answer = ada.loggedInAs("ada").delete("/api/sessions/" + handle);

        assertThat(answer.statusCode()).isIn(400, 404);
        assertThat(Visitor.json(answer).get("error").isString()).isTrue();
    }

    @Test
    void endAllSessions_logsOutEverywhereAndClearsCookie() {
        Visitor phone = ada.another().loggedInAs("ada");
        Visitor bob = ada.another().loggedInAs("bob");
        String copy = ada.loggedInAs("ada").cookie();

        HttpResponse<String> answer = ada.delete("/api/sessions");

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(Visitor.setCookie(answer)).matches(CLEARED);
        assertThat(ada.withCookie(copy).get("/api/me").statusCode()).isEqualTo(401);
        assertThat(phone.get("/api/me").statusCode()).isEqualTo(401);
        assertThat(bob.get("/api/me").statusCode()).isEqualTo(200);
    }

    // Metrics

    @Test
    void metrics_withoutLogin_areNumbers() {
        JsonNode metrics = Visitor.json(ada.get("/api/metrics"));

        for (String name : List.of("sessions", "lookups", "storeReads", "storeWrites", "rejectedCookies", "touches")) {
            assertThat(metrics.get(name).isIntegralNumber()).as(name).isTrue();
        }
    }

    @Test
    void metrics_afterLoginAndLogout_countSessions() {
        long sessions = ada.metric("sessions");
        ada.loggedInAs("ada");
        assertThat(ada.metric("sessions")).isEqualTo(sessions + 1);
        long lookups = ada.metric("lookups");
        ada.get("/api/me");
        assertThat(ada.metric("lookups")).isEqualTo(lookups + 1);
        ada.post("/api/logout", "");
        assertThat(ada.metric("sessions")).isEqualTo(sessions);
    }

    // What can be tried

    @Test
    void session_askedByAPage_tellsWhoIsLoggedIn() {
        assertThat(ada.get("/api/session").body()).isEqualTo("{\"username\":null}");
        assertThat(ada.withCookie("A".repeat(98)).get("/api/session").body()).isEqualTo("{\"username\":null}");

        assertThat(ada.loggedInAs("ada").get("/api/session").body()).isEqualTo("{\"username\":\"ada\"}");
    }

    @Test
    void lab_withoutLogin_tellsFiguresAndRefusesTheRest() {
        JsonNode state = Visitor.json(ada.get("/api/lab"));

        assertThat(state.get("activeKey").stringValue()).matches("[0-9a-f]{8}");
        assertThat(state.get("cookieKey").isNull()).isTrue();
        assertThat(state.get("nodes").get(0).get("state").stringValue()).isEqualTo("up");
        for (String path : List.of("forgeries", "requests", "devices", "keys")) {
            assertRefused(ada.post("/api/lab/" + path, "{\"cookies\":1,\"requests\":1}"), 401);
        }
    }

    @Test
    void forgeries_sent_areRejectedAndNoneReachesTheStore() {
        ada.loggedInAs("ada");
        long rejected = ada.metric("rejectedCookies");

        JsonNode result = Visitor.json(ada.post("/api/lab/forgeries", "{\"cookies\":100}"));

        assertThat(result.get("refused").intValue()).isEqualTo(100);
        assertThat(result.get("rejectedCookies").intValue()).isEqualTo(100);
        assertThat(result.get("storeReads").intValue()).isZero();
        assertThat(result.get("storeReadsOfGenuine").intValue()).isEqualTo(1);
        assertThat(ada.metric("rejectedCookies")).isEqualTo(rejected + 100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"cookies\":0}", "{\"cookies\":101}", "{\"cookies\":\"1\"}", "[]", ""})
    void forgeries_ofNoNumber_areRefused(String body) {
        assertRefused(ada.loggedInAs("ada").post("/api/lab/forgeries", body), 400);
    }

    @Test
    void requests_sentAtOnceWithExpiredToken_refreshOnce() {
        ada.loggedInAs("ada").get("/api/orders");

        JsonNode result = Visitor.json(ada.post("/api/lab/requests", "{\"requests\":40}"));

        assertThat(result.get("answered").intValue()).isEqualTo(40);
        assertThat(result.get("tokensIssued").intValue()).isEqualTo(1);
        assertThat(result.get("millis").intValue()).isGreaterThanOrEqualTo(300);
        assertThat(issued()).isEqualTo(2);
    }

    @Test
    void device_added_isListedByItsUserAgentAndCanBeEnded() {
        ada.loggedInAs("ada").post("/api/lab/devices", "");

        JsonNode sessions = Visitor.json(ada.get("/api/sessions"));

        assertThat(sessions.size()).isEqualTo(2);
        JsonNode other = sessions.get(0).get("current").booleanValue() ? sessions.get(1) : sessions.get(0);
        assertThat(other.get("userAgent").stringValue()).contains("iPhone");
        assertThat(ada.delete("/api/sessions/" + other.get("handle").stringValue())
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void keys_rotated_keepTheUserLoggedIn() {
        String cookie = ada.loggedInAs("ada").cookie();
        String old = Visitor.json(ada.get("/api/lab")).get("cookieKey").stringValue();

        JsonNode result = Visitor.json(ada.post("/api/lab/keys", ""));

        assertThat(result.get("cookieKey").stringValue()).isEqualTo(old);
        assertThat(result.get("activeKey").stringValue()).isNotEqualTo(old);
        assertThat(ada.get("/api/me").statusCode()).isEqualTo(200);
        assertThat(ada.cookie()).isNotEqualTo(cookie);
        assertThat(Visitor.json(ada.get("/api/lab")).get("cookieKey").stringValue())
                .isEqualTo(result.get("activeKey").stringValue());
    }

    @Test
    void node_ofOneProcess_cannotBeKilled() {
        assertRefused(ada.delete("/api/nodes/A"), 409);
        assertRefused(ada.put("/api/nodes/A", ""), 409);
    }

    @Test
    void thief_withJwtOfTheOtherApplication_readsTheOrders() throws Exception {
        Visitor page = otherApplication();
        String token = Visitor.json(page.post("/login", "{\"username\":\"ada\",\"password\":\"demo\"}"))
                .get("access_token")
                .stringValue();
        assertThat(page.send("GET", "/orders", null, "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(200);

        page.post(
                "/api/thief",
                "{\"cookie\":\"\",\"localStorage\":{\"access_token\":\"" + token + "\"},\"sessionStorage\":{}}");

        JsonNode loot = Visitor.json(ada.get("/api/thief")).get("jwt");
        assertThat(loot.get("status").intValue()).isEqualTo(200);
        assertThat(loot.get("answer").stringValue()).startsWith("{\"orders\":[{");
        assertThat(ada.get("/api/thief").body()).doesNotContain(token);
    }

    @Test
    void thief_withWhatAScriptReadsHere_isRefused() {
        ada.loggedInAs("ada");

        ada.post("/api/thief", "{\"cookie\":\"\",\"localStorage\":{},\"sessionStorage\":{}}");

        JsonNode loot = Visitor.json(ada.get("/api/thief")).get("cloakroom");
        assertThat(loot.get("status").intValue()).isEqualTo(401);
        ada.delete("/api/thief");
        assertThat(ada.get("/api/thief").body()).isEqualTo("{}");
    }

    @Test
    void otherApplication_withoutToken_isRefused() throws Exception {
        Visitor page = otherApplication();

        assertRefused(page.post("/login", "{\"username\":\"ada\",\"password\":\"no\"}"), 401);
        assertRefused(page.get("/orders"), 401);
        assertThat(page.get("/application")
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElse(""))
                .endsWith("frame-ancestors " + demo.uri());
    }

    private Visitor otherApplication() throws Exception {
        URI uri = URI.create(
                Visitor.json(ada.get("/api/lab")).get("otherApplication").stringValue());
        return new Visitor(Visitor.trusting(demo.certificate()), uri);
    }

    @Test
    void code_ofEachCard_isInTheSources() throws Exception {
        JsonNode pieces = Visitor.json(ada.get("/api/code"));

        Matcher names =
                Pattern.compile("data-code=\"([a-z ]+)\"").matcher(ada.get("/").body());
        int cards = 0;
        while (names.find()) {
            cards++;
            for (String name : names.group(1).split(" ")) {
                for (JsonNode piece : Objects.requireNonNull(pieces.get(name), name)) {
                    String file = piece.get("file").stringValue();
                    Path source = Path.of("src", "main", file.endsWith(".java") ? "java" : "resources")
                            .resolve(Path.of("dev", "cloakroom", "examples", "demo", file));
                    assertThat(Files.readString(source).replaceAll("(?m)^ +", ""))
                            .contains(piece.get("text").stringValue().replaceAll("(?m)^ +", ""));
                    assertThat(piece.get("text").stringValue().lines()).hasSizeBetween(1, 20);
                }
            }
        }
        assertThat(cards).isEqualTo(7);
    }

    // Other sites

    @ParameterizedTest
    @CsvSource({
        "POST,/api/login",
        "POST,/api/logout",
        "PUT,/api/attributes/x",
        "DELETE,/api/attributes/x",
        "POST,/api/visits",
        "DELETE,/api/sessions/AAAAAAAAAAAAAAAAAAAAAA",
        "DELETE,/api/sessions",
        "POST,/api/lab/forgeries",
        "POST,/api/lab/keys",
        "DELETE,/api/nodes/A",
        "DELETE,/api/token",
        "POST,/api/thief"
    })
    void stateChange_fromAnotherSite_isRefused(String method, String path) {
        String body = "{\"username\":\"ada\",\"password\":\"demo\"}";
        ada.loggedInAs("ada");

        assertRefused(ada.send(method, path, body, "Sec-Fetch-Site", "cross-site"), 403);
        assertRefused(ada.send(method, path, body, "Sec-Fetch-Site", "same-site"), 403);
        assertRefused(ada.send(method, path, body, "Origin", "https://evil.example"), 403);
        assertRefused(ada.send(method, path, body, "Origin", "null"), 403);
        assertThat(ada.get("/api/me").statusCode()).isEqualTo(200);
    }

    @Test
    void stateChange_fromOwnPage_isLetThrough() {
        ada.loggedInAs("ada");

        assertThat(ada.send("POST", "/api/visits", "", "Sec-Fetch-Site", "same-origin")
                        .statusCode())
                .isEqualTo(200);
        assertThat(ada.send("POST", "/api/visits", "", "Origin", demo.uri().toString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void read_fromAnotherSite_isLetThrough() {
        assertThat(ada.send("GET", "/", null, "Sec-Fetch-Site", "cross-site").statusCode())
                .isEqualTo(200);
    }

    // The page, and what is not there

    @ParameterizedTest
    @CsvSource({
        "/,text/html",
        "/app.js,text/javascript",
        "/style.css,text/css",
        "/ticket.svg,image/svg+xml",
        "/application,text/html",
        "/session.js,text/javascript",
        "/attack.js,text/javascript"
    })
    void page_fetched_comesWithStrictHeaders(String path, String contentType) {
        HttpResponse<String> answer = ada.get(path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(contentType);
        assertThat(answer.body()).isNotEmpty();
        assertStrictHeaders(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/api",
                "/api/",
                "/api/nothing",
                "/api/me/",
                "/api/me/x",
                "/api/attributes/a/b",
                "/favicon.ico",
                "/../pom.xml",
                "/api//me",
                "/app.js/",
                "/%2e%2e/"
            })
    void unknownPath_isNotFound(String path) {
        assertRefused(ada.get(path), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE,/,'GET, HEAD'",
        "GET,/api/login,POST",
        "PUT,/api/login,POST",
        "GET,/api/logout,POST",
        "POST,/api/me,'GET, HEAD'",
        "PATCH,/api/me,'GET, HEAD'",
        "GET,/api/attributes/x,'DELETE, PUT'",
        "POST,/api/attributes,'GET, HEAD'",
        "GET,/api/visits,POST",
        "POST,/api/orders,'GET, HEAD'",
        "POST,/api/sessions,'DELETE, GET, HEAD'",
        "GET,/api/sessions/x,DELETE",
        "POST,/api/metrics,'GET, HEAD'",
        "BREW,/api/me,'GET, HEAD'"
    })
    void knownPath_wrongMethod_tellsWhichAreAllowed(String method, String path, String allowed) {
        HttpResponse<String> answer = ada.send(method, path, method.equals("GET") ? null : "{}");

        assertRefused(answer, 405);
        assertThat(answer.headers().firstValue("Allow")).hasValue(allowed);
    }

    @Test
    void head_isAnsweredLikeGetWithoutBody() {
        HttpResponse<String> answer = ada.loggedInAs("ada").send("HEAD", "/api/me", null);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(ada.send("HEAD", "/", null).statusCode()).isEqualTo(200);
    }

    // What must never happen

    @Test
    void everything_aVisitorDoes_neverShowsTheToken() {
        Visitor phone = ada.another();
        for (Visitor visitor : List.of(ada, phone)) {
            visitor.loggedInAs("ada");
            visitor.get("/");
            visitor.get("/app.js");
            visitor.get("/api/orders");
            clock.advance(TokenIssuer.LIFETIME);
            visitor.get("/api/orders");
            visitor.put("/api/attributes/access_token", "x");
            visitor.get("/api/attributes");
            visitor.post("/api/visits", "");
            visitor.get("/api/me");
            visitor.get("/api/sessions");
            visitor.get("/api/metrics");
            visitor.put("/api/attributes/%00", "x");
            visitor.send("POST", "/api/orders", "");
        }
        ada.delete("/api/sessions/" + handle(phone));
        ada.post("/api/logout", "");

        assertThat(issued()).isPositive();
        List<HttpResponse<String>> answers = new ArrayList<>(ada.answers());
        answers.addAll(phone.answers());
        assertThat(answers).allSatisfy(answer -> {
            // Every JWT begins with the Base64url of {" – and no cookie's value, which has a version first, does.
            assertThat(answer.body()).doesNotContain("eyJ");
            assertThat(answer.headers().map().toString()).doesNotContain("eyJ");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/attributes/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/attributes/%0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/me|x HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET  HTTP/1.1\r\n\r\n",
                "GET\r\n\r\n",
                "\r\n\r\n\r\n",
                "GET /\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET mailto:ada HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET ?x HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /api/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /api/me HTTP/1.1\r\nno colon here\r\n\r\n",
                "GET /api/me HTTP/1.1\r\n: empty\r\n\r\n",
                "GET /api/me HTTP/1.1\r\nCookie\r\n\r\n",
                "GET /api/me HTTP/1.1\r\nHost: localhost\r\nCookie: ;;;=;__Host-Http-session\r\nCookie: =\r\n\r\n",
                "\u0000\u0001\u0002\u0003\r\n\r\n"
            })
    void rawRequest_malformed_isNeverAServerError(String request) throws Exception {
        String answer = raw(request.getBytes(StandardCharsets.ISO_8859_1));

        assertRefusedOrHungUp(answer);
        assertThat(ada.get("/api/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void rawRequests_random_areNeverAServerError() throws Exception {
        Random random = new Random(17);
        for (int i = 0; i < 40; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            byte[] start = "POST /api/login HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-Http-session="
                    .getBytes(StandardCharsets.ISO_8859_1);
            byte[] request = Arrays.copyOf(start, start.length + noise.length + 4);
            System.arraycopy(noise, 0, request, start.length, noise.length);
            System.arraycopy("\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1), 0, request, request.length - 4, 4);

            assertRefusedOrHungUp(raw(request));
        }
        assertThat(ada.loggedInAs("ada").get("/api/me").statusCode()).isEqualTo(200);
    }

    @Test
    void hostileCookieHeaders_areNeverAServerError() {
        for (String cookie :
                List.of("\"", ";", "=", "a=b; __Host-Http-session=", "%00", "A".repeat(7000), "-".repeat(98), "é")) {
            HttpResponse<String> answer = ada.withCookie(cookie).get("/api/me");
            assertRefused(answer, 401);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /api/attributes/%zz HTTP/1.1,400",
        "DELETE /api/attributes/% HTTP/1.1,400",
        "GET /api/me|x HTTP/1.1,400",
        "GET /api/me,400",
        "GET * HTTP/1.1,404"
    })
    void requestLine_thatNoHandlerGetsToSee_isRefusedInJson(String line, int status) throws Exception {
        String answer = answerTo(line + "\r\nHost: localhost\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("Content-Type: application/json\r\n")
                .contains("nosniff")
                .containsPattern("\r\n\r\n\\{\"error\":\"[a-z ]+\"\\}$")
                .doesNotContain("Exception");
    }

    @Test
    void transferEncoding_unknown_isRefusedInJson() throws Exception {
        String answer = answerTo("POST /api/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: pigeon\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400 ").endsWith("{\"error\":\"the request is malformed\"}");
    }

    /** A client that had its answer sooner would send its next request into the one that is being read. */
    @ParameterizedTest
    @ValueSource(strings = {"PUT /api/attributes/%FF", "DELETE /api/attributes/x", "POST /nowhere", "PUT /api/me"})
    void refusal_beforeBodyHasCome_waitsForIt(String target) throws Exception {
        try (SSLSocket socket = connect()) {
            send(socket, target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n");
            socket.setSoTimeout(300);
            assertThatThrownBy(socket.getInputStream()::read).isInstanceOf(SocketTimeoutException.class);

            socket.setSoTimeout(SOCKET_TIMEOUT);
            send(socket, "x");
            assertThat(socket.getInputStream().readNBytes(10)).asString().isEqualTo("HTTP/1.1 4");
        }
    }

    private static void assertRefusedOrHungUp(String answer) {
        assertThat(answer).matches("(?s)|HTTP/1\\.1 4.*\\{\"error\":\"[^\"]+\"\\}");
    }

    /** Sends bytes, ends the sending side, and returns what comes back until the server hangs up. */
    private String raw(byte[] request) throws IOException, GeneralSecurityException {
        return exchange(request, true);
    }

    /** Sends a request that the server answers and hangs up on; were the sending side ended, it might not answer. */
    private String answerTo(String request) throws IOException, GeneralSecurityException {
        return exchange(request.getBytes(StandardCharsets.ISO_8859_1), false);
    }

    private String exchange(byte[] request, boolean endSending) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (SSLSocket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(request);
            out.flush();
            if (endSending) {
                socket.shutdownOutput();
            }
            socket.getInputStream().transferTo(answer);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server neither answered nor hung up", e);
        } catch (IOException e) {
            // The server hung up without reading on; what it said before counts.
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    private SSLSocket connect() throws IOException, GeneralSecurityException {
        SSLSocket socket = (SSLSocket) Visitor.contextTrusting(demo.certificate())
                .getSocketFactory()
                .createSocket("localhost", demo.uri().getPort());
        socket.setSoTimeout(SOCKET_TIMEOUT);
        return socket;
    }

    private static void send(SSLSocket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String handle(Visitor visitor) {
        return StreamSupport.stream(Visitor.json(visitor.get("/api/sessions")).spliterator(), false)
                .filter(session -> session.get("current").booleanValue())
                .map(session -> session.get("handle").stringValue())
                .findFirst()
                .orElseThrow();
    }

    private static void assertRefused(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(Visitor.json(answer).propertyNames()).containsExactly("error");
        assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        assertStrictHeaders(answer);
    }

    private static void assertStrictHeaders(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'none'; script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).isEmpty();
    }

    private static <T> List<T> inParallel(int times, Callable<T> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            CyclicBarrier start = new CyclicBarrier(8);
            List<Future<T>> results = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                boolean first = i < 8;
                results.add(threads.submit(() -> {
                    if (first) {
                        start.await(20, TimeUnit.SECONDS);
                    }
                    return call.call();
                }));
            }
            List<T> values = new ArrayList<>();
            for (Future<T> result : results) {
                values.add(result.get(60, TimeUnit.SECONDS));
            }
            return values;
        } finally {
            threads.shutdownNow();
        }
    }
}
