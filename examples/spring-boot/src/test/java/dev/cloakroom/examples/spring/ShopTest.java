package dev.cloakroom.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The shop as it is, over HTTP. */
@SpringBootTest(classes = Shop.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ShopTest {

    private static final ExecutorService THREADS = Executors.newFixedThreadPool(16);

    @LocalServerPort
    private int port;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private SessionEngine engine;

    @AfterAll
    static void stop() {
        THREADS.shutdownNow();
    }

    @BeforeEach
    void nobodyIsLoggedIn() {
        engine.logoutEverywhere("ada");
        engine.logoutEverywhere("bob");
    }

    private Visitor visitor() {
        return new Visitor(port);
    }

    private static <T> List<T> together(List<Callable<T>> calls) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        List<Future<T>> results = new ArrayList<>();
        for (Callable<T> call : calls) {
            results.add(THREADS.submit(() -> {
                begin.await();
                return call.call();
            }));
        }
        begin.countDown();
        List<T> values = new ArrayList<>();
        for (Future<T> result : results) {
            values.add(result.get());
        }
        return values;
    }

    @Test
    void login_rightPassword_opensThePagesAndKeepsObjects() {
        Visitor ada = visitor();
        assertThat(ada.isLoggedIn()).isFalse();

        HttpResponse<String> login = ada.login("ada");

        assertThat(login).matches(Visitor::succeeded);
        assertThat(login.headers().firstValue("Location").orElse(""))
                .as("the page that was asked for")
                .contains("/devices");
        assertThat(ada.body("/")).contains("Hello, ada. You have 1 session(s)");
        assertThat(ada.body("/cart")).isEqualTo("Cart[item=umbrella, count=1]");
        assertThat(ada.body("/cart")).isEqualTo("Cart[item=umbrella, count=2]");
    }

    @Test
    void login_wrongPassword_isAFailureThatTheLoginPageShows() {
        Visitor ada = visitor();
        HttpResponse<String> answer =
                ada.post("/login", Map.of("username", "ada", "password", "wrong", "_csrf", ada.csrf("/login")));

        assertThat(answer).matches(Visitor::failed);
        assertThat(ada.body("/login?error")).contains("Invalid credentials");
    }

    @Test
    void login_sessionPlantedBefore_opensNothingAfterwards() {
        Visitor victim = visitor();
        victim.body("/public/put");
        Visitor attacker = victim.copy(port);

        victim.login("ada");

        assertThat(victim.isLoggedIn()).isTrue();
        assertThat(victim.body("/public/read")).isEqualTo("red");
        assertThat(attacker.isLoggedIn()).isFalse();
        assertThat(attacker.body("/public/read")).isEqualTo("none");
    }

    @Test
    void login_oneMoreThanAllowed_isAFailedLogin() {
        Visitor first = visitor();
        first.login("ada");
        Visitor second = visitor();

        assertThat(second.login("ada")).matches(Visitor::failed);
        assertThat(second.body("/login?error")).contains("Invalid credentials");
        assertThat(second.isLoggedIn()).isFalse();
        assertThat(first.isLoggedIn()).isTrue();
    }

    @Test
    void login_eightAtATime_exactlyOneIsLetIn() throws Exception {
        for (int round = 0; round < 3; round++) {
            nobodyIsLoggedIn();
            List<Visitor> visitors = new ArrayList<>();
            List<Callable<HttpResponse<String>>> logins = new ArrayList<>();
            for (int number = 0; number < 8; number++) {
                Visitor visitor = visitor();
                String csrf = visitor.csrf("/login");
                visitors.add(visitor);
                logins.add(() -> visitor.login("ada", csrf, Map.of()));
            }

            List<HttpResponse<String>> answers = together(logins);

            assertThat(answers).filteredOn(Visitor::succeeded).hasSize(1);
            assertThat(answers).filteredOn(Visitor::failed).hasSize(7);
            assertThat(visitors).filteredOn(Visitor::isLoggedIn).hasSize(1);
            assertThat(engine.sessionsOf("ada")).hasSize(1);
        }
    }

    @Test
    void parallelRequests_eachChangesAnotherAttribute_noneIsLost() throws Exception {
        Visitor ada = visitor();
        ada.login("ada");

        List<Callable<Integer>> requests = IntStream.range(0, 50)
                .<Callable<Integer>>mapToObj(number -> () -> ada.copy(port)
                        .get("/put?name=n" + number + "&value=" + number)
                        .statusCode())
                .toList();

        assertThat(together(requests)).containsOnly(200);
        String attributes = ada.body("/attributes");
        assertThat(IntStream.range(0, 50))
                .allSatisfy(number -> assertThat(attributes).contains("n" + number + "=" + number));
    }

    @Test
    void logout_copyOfTheCookie_opensNothing() {
        Visitor ada = visitor();
        ada.login("ada");
        Visitor copy = ada.copy(port);

        ada.post("/logout", Map.of("_csrf", ada.csrf("/")));

        assertThat(ada.isLoggedIn()).isFalse();
        assertThat(copy.isLoggedIn()).isFalse();
        assertThat(engine.sessionsOf("ada")).isEmpty();
    }

    @Test
    void csrf_withoutItsToken_isRefused() {
        Visitor ada = visitor();
        ada.login("ada");

        assertThat(ada.post("/everywhere", Map.of()).statusCode()).isEqualTo(403);
        assertThat(ada.isLoggedIn()).isTrue();
        assertThat(ada.post("/everywhere", Map.of("_csrf", ada.csrf("/"))).body())
                .isEqualTo("ended 1");
        assertThat(ada.isLoggedIn()).isFalse();
    }

    @Test
    void rememberMe_ticked_outlivesTheBrowserAndEndsWithLogoutEverywhere() {
        Visitor ada = visitor();
        HttpResponse<String> login = ada.login("ada", ada.csrf("/login"), Map.of("remember-me", "on"));
        Visitor bob = visitor();
        HttpResponse<String> other = bob.login("bob");

        assertThat(login.headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .contains("; Max-Age=2592000");
        assertThat(other.headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .doesNotContain("Max-Age");
        engine.logoutEverywhere("ada");
        assertThat(ada.isLoggedIn()).isFalse();
        assertThat(bob.isLoggedIn()).isTrue();
    }

    @Test
    void flashAttribute_isShownOnceOnTheNextPage() {
        Visitor visitor = visitor();

        assertThat(visitor.get("/public/flash").statusCode()).isEqualTo(302);
        assertThat(visitor.body("/public/message")).isEqualTo("Saved.");
        assertThat(visitor.body("/public/message")).isEqualTo("null");
    }

    @Test
    void callable_sessionMadeOnAnotherThread_isTheBrowsers() {
        Visitor visitor = visitor();

        assertThat(visitor.body("/public/callable")).isEqualTo("done");
        assertThat(visitor.body("/public/read")).isEqualTo("green");
    }
}
