package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A real browser goes through everything, with an authorization server of another site; nothing that it has is a token. */
class BrowserIT {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path CHROMEDRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Held, so that its level stays: Selenium warns of every browser newer than itself, and nothing here needs to know. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    private static final String FETCH = """
            const [path, init, done] = arguments;
            fetch(path, {...init, headers: {'X-CSRF': '1'}})
                .then(async response => done(response.status + ' ' + await response.text()), error => done('' + error));
            """;

    private static final String FETCH_IN_PARALLEL = """
            const done = arguments[arguments.length - 1];
            Promise.all([...Array(10).keys()].map(i =>
                    fetch('/api/' + i, {headers: {'X-CSRF': '1'}}).then(response => response.status)))
                .then(statuses => done(statuses.join()), error => done('' + error));
            """;

    /** What a script that was injected could look through. */
    private static final String LOOT = """
            const done = arguments[0];
            (async () => {
                const stored = [document.documentElement.outerHTML, document.cookie, document.referrer, location.href,
                    window.name, JSON.stringify(localStorage), JSON.stringify(sessionStorage),
                    JSON.stringify(history.state), JSON.stringify(performance.getEntries())];
                stored.push(JSON.stringify(await indexedDB.databases()));
                for (const name of await caches.keys()) {
                    stored.push(name);
                }
                for (const path of ['/bff/session', '/api/a', '/bff/callback', '/bff/']) {
                    const response = await fetch(path, {headers: {'X-CSRF': '1'}});
                    stored.push(await response.text(), JSON.stringify([...response.headers]));
                }
                return stored.join('\\n');
            })().then(done, error => done('failed ' + error));
            """;

    private final AuthorizationServer provider = new AuthorizationServer("127.0.0.1");
    private final Api api = new Api(provider::accepts);
    private final Site site = new Site(provider, api);
    private ChromeDriver browser;

    @BeforeEach
    void open() throws IOException {
        for (Path needed : List.of(CHROMIUM, CHROMEDRIVER)) {
            assertThat(Files.isExecutable(needed))
                    .as(needed + " is missing: install the packages chromium and chromium-driver")
                    .isTrue();
        }
        Path target = Path.of(Objects.requireNonNull(System.getProperty("browser.target"), "browser.target"));
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--user-data-dir=" + Files.createTempDirectory(target, "profile"));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable("performance", Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(CHROMEDRIVER.toFile())
                .usingAnyFreePort()
                .withLogFile(target.resolve("chromedriver.log").toFile())
                .build();
        browser = new ChromeDriver(service, options);
        browser.manage().timeouts().scriptTimeout(PATIENCE);
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.quit();
        }
        site.close();
        api.close();
        provider.close();
    }

    private String fetch(String path) {
        return String.valueOf(browser.executeAsyncScript(FETCH, path, Map.of()));
    }

    private void logIn() {
        browser.executeScript("location.href = '/bff/login?returnUrl=' + encodeURIComponent('/app?page=2')");
        awaitAddress("/app?page=2");
    }

    private void awaitAddress(String path) {
        new WebDriverWait(browser, PATIENCE).until(driver -> (site.origin + path).equals(driver.getCurrentUrl()));
    }

    @Test
    void browser_fromLoginToLogout_neverHasAToken() {
        browser.get(site.origin + "/");
        assertThat(fetch("/bff/session")).startsWith("401 ");

        logIn();

        assertThat(fetch("/bff/session")).startsWith("200 ").contains("\"sub\":\"ada\"");
        assertThat(fetch("/api/a")).isEqualTo("200 GET /v1/a 0");
        site.later();
        assertThat(browser.executeAsyncScript(FETCH_IN_PARALLEL))
                .isEqualTo(List.of(200, 200, 200, 200, 200, 200, 200, 200, 200, 200).stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",")));
        assertThat(provider.refreshes).hasValue(1);
        assertThat(browser.manage().getCookies()).extracting(Cookie::getName).containsExactly("__Host-Http-session");
        assertThat(browser.executeScript("return document.cookie")).isEqualTo("");

        String loot = String.valueOf(browser.executeAsyncScript(LOOT));
        assertThat(loot).contains("The page", "GET /v1/a 0").doesNotContain("failed ");
        List<String> network = browser.manage().logs().get("performance").getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
        assertThat(network).anyMatch(entry -> entry.contains("/bff/callback"));
        List<String> secrets = provider.secrets.stream()
                .filter(secret -> !secret.startsWith("code-"))
                .toList();
        assertThat(secrets).anyMatch(secret -> secret.startsWith("access-")).hasSizeGreaterThan(6);
        for (String secret : secrets) {
            assertThat(loot).doesNotContain(secret);
            assertThat(network).noneMatch(entry -> entry.contains(secret));
        }
        assertThat(provider.secrets).as("codes are of no use to the page").noneMatch(loot::contains);
    }

    @Test
    void logouts_ofThePageAndOfTheProvider_endTheSession() {
        browser.get(site.origin + "/");
        logIn();

        browser.executeAsyncScript("""
                const done = arguments[0];
                fetch('/bff/session', {headers: {'X-CSRF': '1'}}).then(response => response.json()).then(session => {
                    const form = document.createElement('form');
                    form.method = 'post';
                    form.action = '/bff/logout';
                    form.innerHTML = '<input name="csrf">';
                    form.elements.csrf.value = session.csrfToken;
                    document.body.append(form);
                    setTimeout(() => form.submit());
                    done();
                });
                """);

        awaitAddress("/");
        assertThat(provider.logoutForms)
                .singleElement()
                .satisfies(form -> assertThat(form)
                        .containsEntry("post_logout_redirect_uri", site.origin + "/")
                        .containsKey("id_token_hint"));
        assertThat(fetch("/bff/session")).startsWith("401 ");
        assertThat(browser.manage().getCookies()).isEmpty();

        logIn();
        assertThat(fetch("/api/a")).startsWith("200 ");
        Visitor server = new Visitor(site);
        server.send(server.request("/bff/backchannel")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(Http.form(Map.of(
                        "logout_token",
                        AuthorizationServer.sign(provider.logoutClaims().build(), JOSEObjectType.JWT))))));
        assertThat(fetch("/api/a")).startsWith("401 ");
        assertThat(fetch("/bff/session")).startsWith("401 ");
    }
}
