package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyRing;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page in Chromium: what a real browser makes of the cookie, and what it keeps from scripts. */
class DemoBrowserIT {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path CHROMEDRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Dimension DESKTOP = new Dimension(1280, 1500);

    /** Held, so that its level stays: Selenium warns of every browser newer than itself, and nothing here needs to know. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    /** Browsers take seconds to start, so tests share them. Each test begins without cookies and at a new demo. */
    private static final List<ChromeDriver> BROWSERS = new ArrayList<>();

    private static Path target;

    private int used;
    private @Nullable DemoServer demo;

    @BeforeAll
    static void lookForBrowser() {
        for (Path needed : List.of(CHROMIUM, CHROMEDRIVER)) {
            assertThat(Files.isExecutable(needed))
                    .as(needed + " is missing: install the packages chromium and chromium-driver")
                    .isTrue();
        }
        target = Path.of(Objects.requireNonNull(System.getProperty("demo.target"), "demo.target"));
    }

    @AfterAll
    static void quit() {
        BROWSERS.forEach(ChromeDriver::quit);
    }

    @AfterEach
    void stop() {
        BROWSERS.forEach(browser -> browser.get("about:blank"));
        DemoServer started = demo;
        if (started != null) {
            started.close();
        }
    }

    @Test
    void page_loggedIn_hasCookieThatScriptsCannotRead() throws IOException {
        ChromeDriver browser = browse();
        awaitVisible(browser, "login-form");
        screenshot(browser, "login");

        logIn(browser, "ada");

        assertThat(browser.manage().getCookies()).singleElement().satisfies(cookie -> {
            assertThat(cookie.getName()).isEqualTo("__Host-Http-session");
            assertThat(cookie.isHttpOnly()).isTrue();
            assertThat(cookie.isSecure()).isTrue();
            assertThat(cookie.getSameSite()).isEqualTo("Strict");
            assertThat(cookie.getPath()).isEqualTo("/");
            assertThat(cookie.getDomain()).isEqualTo("localhost");
            assertThat(cookie.getExpiry()).isNull();
        });
        assertThat(browser.executeScript("return document.cookie")).isEqualTo("");
        assertThat(browser.executeScript("return localStorage.length + sessionStorage.length"))
                .isEqualTo(0L);
        assertThat(text(browser, "document-cookie")).isEqualTo("nothing");
        assertThat(text(browser, "local-storage")).isEqualTo("nothing");
        assertThat(text(browser, "cookie-name")).isEqualTo("__Host-Http-session");
    }

    @Test
    void page_reloaded_keepsTheSession() {
        ChromeDriver browser = browse();
        logIn(browser, "ada");
        awaitText(browser, "visits", "1");

        browser.navigate().refresh();

        awaitText(browser, "visits", "2");
        assertThat(text(browser, "who")).isEqualTo("ada");
        browser.findElement(By.id("visit")).click();
        awaitText(browser, "visits", "3");
    }

    @Test
    void page_used_showsOrdersNotesAndCounters() throws IOException {
        ChromeDriver browser = browse();
        logIn(browser, "Ada Lovelace");

        awaitVisible(browser, "orders");
        browser.findElement(By.id("fetch-orders")).click();
        browser.findElement(By.id("note-name")).sendKeys("left glove");
        browser.findElement(By.id("note-text")).sendKeys("<b>in the sleeve</b> & dry");
        browser.findElement(By.id("note-save")).click();
        wait(browser).until(driver -> notes(browser).size() == 1);
        wait(browser)
                .until(driver -> browser.findElements(By.cssSelector("#counters dd")).stream()
                        .anyMatch(counter -> !counter.getText().equals("0")));

        assertThat(browser.findElements(By.cssSelector("#orders tbody tr"))).isNotEmpty();
        assertThat(notes(browser).get(0).getText()).contains("left glove").contains("<b>in the sleeve</b> & dry");
        assertThat(browser.getPageSource()).doesNotContain("eyJ");
        assertConsoleIsClean(browser);

        notes(browser).get(0).findElement(By.tagName("button")).click();
        wait(browser).until(driver -> notes(browser).isEmpty());
    }

    @Test
    void page_scriptInjected_robsTheJwtAndNothingFromCloakroom() throws IOException {
        ChromeDriver browser = browse();
        logIn(browser, "ada");
        awaitApplications(browser);
        assertThat(text(browser, "jwt-loot")).contains("Nothing yet");

        browser.findElement(By.id("inject")).click();
        wait(browser)
                .until(driver -> classes(browser, "jwt-loot").contains("robbed")
                        && classes(browser, "cloakroom-loot").contains("safe"));

        assertThat(text(browser, "jwt-loot"))
                .contains("access_token")
                .contains("eyJ")
                .contains("tries GET /orders, Authorization: Bearer")
                .contains("200");
        assertThat(text(browser, "cloakroom-loot"))
                .contains("Nothing to take")
                .contains("no token, no cookie")
                .contains("401")
                .doesNotContain("eyJ");
        browser.switchTo().frame("jwt-frame");
        assertThat(text(browser, "local-storage")).startsWith("access_token = eyJ");
        assertThat(text(browser, "injected")).contains("attack.js has run");
        browser.switchTo().defaultContent().switchTo().frame("cloakroom-frame");
        assertThat(text(browser, "local-storage")).isEqualTo("nothing");
        assertThat(text(browser, "cookie")).isEqualTo("nothing");
        assertThat(text(browser, "injected")).contains("attack.js has run");
        assertThat(browser.findElements(By.cssSelector("#orders li"))).isNotEmpty();
        browser.switchTo().defaultContent();
        screenshots(browser, "attack");
        assertConsoleIsClean(browser);
    }

    @Test
    void page_triedOut_countsForgeriesRefreshesOnceRotatesKeysAndNamesDevices() throws IOException {
        ChromeDriver browser = browse();
        logIn(browser, "ada");
        awaitFigures(browser);
        long rejected = number(browser, "rejected");

        browser.findElement(By.id("forge")).click();
        awaitTextContaining(browser, "forge-result", "25 of 25 refused. Rejected cookies: +25. Store reads: +0.");
        wait(browser).until(driver -> number(browser, "rejected") == rejected + 25);

        browser.executeScript("document.getElementById('parallel').value = 40;"
                + "document.getElementById('parallel').dispatchEvent(new Event('input'))");
        assertThat(text(browser, "parallel-count")).isEqualTo("40");
        browser.findElement(By.id("send-parallel")).click();
        awaitTextContaining(browser, "parallel-result", "40 of 40 answered");
        assertThat(text(browser, "parallel-result")).endsWith("with 1 refresh.");
        assertThat(browser.findElements(By.cssSelector("#dots span"))).hasSize(40);

        String key = text(browser, "active-key");
        assertThat(text(browser, "cookie-key")).isEqualTo(key);
        browser.findElement(By.id("rotate")).click();
        awaitTextContaining(browser, "rotate-result", "you are still logged in");
        assertThat(text(browser, "active-key")).isNotEqualTo(key);
        assertThat(text(browser, "cookie-key")).isEqualTo(text(browser, "active-key"));
        assertThat(text(browser, "other-keys")).isEqualTo(key);

        browser.findElement(By.id("add-device")).click();
        wait(browser).until(driver -> devices(browser, "").size() == 2);
        assertThat(devices(browser, "[data-current=true]").get(0).getText()).contains("on Linux");
        assertThat(devices(browser, "[data-current=false]").get(0).getText()).contains("Safari 26 on iOS");

        assertThat(text(browser, "nodes")).contains("This process").contains("up");
        browser.findElements(By.cssSelector(".code summary")).forEach(WebElement::click);
        assertThat(browser.findElements(By.cssSelector(".code pre")))
                .allSatisfy(code -> assertThat(code.getText()).isNotBlank());
        screenshots(browser, "tried");
        assertConsoleIsClean(browser);
    }

    /** The jar as its users start it. Its nodes have to end with it, although it is killed. */
    @Test
    void page_ofThreeNodes_nodesKilled_keepsTheUserLoggedIn(@TempDir Path directory) throws Exception {
        Process process =
                DemoJar.java("-Djava.io.tmpdir=" + directory, "-jar", DemoJar.jar(), "--port=0", "--store=infinispan");
        try {
            ChromeDriver browser = browse(DemoJar.awaitUri(process));
            List<ProcessHandle> nodes = process.toHandle().children().toList();
            assertThat(nodes).hasSize(3);
            logIn(browser, "ada");
            awaitApplications(browser);
            awaitFigures(browser);
            assertThat(nodeTexts(browser))
                    .hasSize(3)
                    .allSatisfy(node -> assertThat(node).contains("up"));

            browser.findElement(By.id("forge")).click();
            awaitTextContaining(browser, "forge-result", "Rejected cookies: +25. Store reads: +0.");
            browser.findElement(By.id("send-parallel")).click();
            awaitTextContaining(browser, "parallel-result", "30 of 30 answered");
            assertThat(text(browser, "parallel-result"))
                    .contains("A ", "B ", "C ")
                    .endsWith("with 1 refresh.");
            browser.findElement(By.id("rotate")).click();
            awaitTextContaining(browser, "rotate-result", "you are still logged in");
            whole(browser, "nodes-dark", 1280, "dark");

            for (String name : List.of("A", "C")) {
                long visits = number(browser, "visits");
                browser.findElement(By.cssSelector("[data-node=" + name + "] button"))
                        .click();
                wait(browser).until(driver -> number(browser, "visits") == visits + 1);
            }
            awaitText(browser, "message", "Node C is dead. You are still logged in.");
            assertThat(nodes.stream().filter(ProcessHandle::isAlive)).hasSize(1);
            assertThat(number(browser, "rejected")).as("killed nodes count").isEqualTo(25);
            assertThat(text(browser, "answered-by")).isEqualTo("node B");
            assertThat(browser.findElement(By.cssSelector("[data-node=B] button"))
                            .isEnabled())
                    .isFalse();
            browser.findElement(By.cssSelector("[data-node=A] button")).click();
            awaitText(browser, "message", "Node A is back.");
            awaitText(browser, "who", "ada");
            assertConsoleIsClean(browser);
        } finally {
            List<ProcessHandle> nodes = process.toHandle().children().toList();
            process.destroyForcibly();
            for (ProcessHandle node : nodes) {
                node.onExit().get(DemoJar.DEADLINE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void page_remembered_hasCookieThatOutlivesTheBrowser() {
        ChromeDriver browser = browse();
        awaitVisible(browser, "login-form");
        browser.findElement(By.id("remember")).click();
        logIn(browser, "ada");

        Cookie cookie = Objects.requireNonNull(browser.manage().getCookieNamed("__Host-Http-session"));

        assertThat(cookie.getExpiry()).isNotNull().isAfter(Instant.now().plus(Duration.ofDays(29)));
    }

    @Test
    void page_wrongPassword_saysSoAndStays() {
        ChromeDriver browser = browse();
        awaitVisible(browser, "login-form");
        browser.findElement(By.id("username")).sendKeys("ada");
        browser.findElement(By.id("password")).sendKeys("wrong");
        browser.findElement(By.id("login-button")).click();

        awaitText(browser, "message", "wrong password");
        assertThat(browser.manage().getCookies()).isEmpty();
        assertThat(browser.findElement(By.id("app-view")).isDisplayed()).isFalse();
    }

    @Test
    void page_twoBrowsers_areTwoDevicesAndOneEndsTheOther() throws IOException {
        ChromeDriver first = browse();
        logIn(first, "ada");
        ChromeDriver second = browse();
        logIn(second, "ada");

        first.findElement(By.id("refresh-devices")).click();
        wait(first).until(driver -> devices(first, "").size() == 2);
        assertThat(devices(first, "[data-current=true]")).hasSize(1);
        screenshot(first, "devices");
        devices(first, "[data-current=false]")
                .get(0)
                .findElement(By.cssSelector("[data-testid=end]"))
                .click();
        wait(first).until(driver -> devices(first, "").size() == 1);

        second.findElement(By.id("visit")).click();
        awaitVisible(second, "login-form");
        assertThat(second.findElement(By.id("app-view")).isDisplayed()).isFalse();
        screenshot(second, "ended-by-another-device");
        first.navigate().refresh();
        awaitVisible(first, "app-view");
    }

    @Test
    void page_loggedOut_hasNoCookieAndAsksForALogin() {
        ChromeDriver browser = browse();
        logIn(browser, "ada");

        browser.findElement(By.id("logout")).click();

        awaitVisible(browser, "login-form");
        assertThat(browser.manage().getCookies()).isEmpty();
        logIn(browser, "ada");
        browser.findElement(By.id("logout-all")).click();
        awaitVisible(browser, "login-form");
        assertThat(browser.manage().getCookies()).isEmpty();
    }

    /** Opens the page in a browser that has no cookie, and that no other visitor of this test uses. */
    private ChromeDriver browse() {
        try {
            DemoServer started = demo;
            if (started == null) {
                started = DemoServer.start(Options.parse("--port", "0"), KeyRing.random(), InstantSource.system());
                demo = started;
            }
            return browse(started.uri());
        } catch (IOException | UsageException e) {
            throw new AssertionError("the demo cannot be started", e);
        }
    }

    private ChromeDriver browse(URI uri) throws IOException {
        if (used == BROWSERS.size()) {
            BROWSERS.add(startBrowser());
        }
        ChromeDriver browser = BROWSERS.get(used++);
        browser.executeCdpCommand("Network.clearBrowserCookies", Map.of());
        browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
        browser.manage().window().setSize(DESKTOP);
        browser.manage().logs().get(LogType.BROWSER);
        browser.get(uri + "/");
        return browser;
    }

    private static ChromeDriver startBrowser() throws IOException {
        Path profiles = Files.createDirectories(target.resolve("profiles"));
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
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--ignore-certificate-errors",
                "--user-data-dir=" + Files.createTempDirectory(profiles, "profile"));
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logging);
        File log = target.resolve("chromedriver-" + BROWSERS.size() + ".log").toFile();
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(CHROMEDRIVER.toFile())
                .usingAnyFreePort()
                .withLogFile(log)
                .build();
        return new ChromeDriver(service, options);
    }

    private static void logIn(ChromeDriver browser, String user) {
        awaitVisible(browser, "login-form");
        browser.findElement(By.id("username")).clear();
        browser.findElement(By.id("username")).sendKeys(user);
        browser.findElement(By.id("password")).sendKeys("demo");
        browser.findElement(By.id("login-button")).click();
        awaitVisible(browser, "app-view");
        awaitText(browser, "who", user);
        wait(browser).until(driver -> !devices(browser, "").isEmpty());
    }

    private static WebDriverWait wait(ChromeDriver browser) {
        return new WebDriverWait(browser, PATIENCE);
    }

    private static void awaitVisible(ChromeDriver browser, String id) {
        wait(browser).until(driver -> browser.findElement(By.id(id)).isDisplayed());
    }

    private static void awaitText(ChromeDriver browser, String id, String text) {
        wait(browser).until(driver -> text(browser, id).equals(text));
    }

    private static String text(ChromeDriver browser, String id) {
        return browser.findElement(By.id(id)).getText();
    }

    private static List<WebElement> notes(ChromeDriver browser) {
        return browser.findElements(By.cssSelector("[data-testid=note]"));
    }

    private static List<WebElement> devices(ChromeDriver browser, String which) {
        return browser.findElements(By.cssSelector("[data-testid=device]" + which));
    }

    private static void awaitApplications(ChromeDriver browser) {
        wait(browser)
                .until(driver -> browser.findElements(By.cssSelector("iframe[data-ready]"))
                                .size()
                        == 2);
    }

    private static void awaitFigures(ChromeDriver browser) {
        wait(browser).until(driver -> !text(browser, "reads").equals("–"));
    }

    private static void awaitTextContaining(ChromeDriver browser, String id, String text) {
        wait(browser).until(driver -> text(browser, id).contains(text));
    }

    private static long number(ChromeDriver browser, String id) {
        return Long.parseLong(text(browser, id));
    }

    private static String classes(ChromeDriver browser, String id) {
        return Objects.requireNonNullElse(browser.findElement(By.id(id)).getDomAttribute("class"), "");
    }

    private static List<String> nodeTexts(ChromeDriver browser) {
        return browser.findElements(By.cssSelector("[data-testid=node]")).stream()
                .map(WebElement::getText)
                .toList();
    }

    private static void assertConsoleIsClean(ChromeDriver browser) {
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
    }

    /** Takes the whole page on a desktop, in the dark, and as narrow as a phone. */
    private static void screenshots(ChromeDriver browser, String name) throws IOException {
        whole(browser, name, 1280, "light");
        whole(browser, name + "-dark", 1280, "dark");
        whole(browser, name + "-narrow", 390, "light");
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    private static void whole(ChromeDriver browser, String name, int width, String scheme) throws IOException {
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        for (int height = 800, i = 0; i < 2; i++) {
            browser.executeCdpCommand(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
            height = ((Number) Objects.requireNonNull(
                            browser.executeScript("return document.documentElement.scrollHeight")))
                    .intValue();
        }
        assertThat((Long) browser.executeScript("return document.documentElement.scrollWidth"))
                .as("nothing is wider than the page")
                .isLessThanOrEqualTo(width);
        screenshot(browser, name);
    }

    private static void screenshot(ChromeDriver browser, String name) throws IOException {
        Path directory = Files.createDirectories(target.resolve("screenshots"));
        Files.write(directory.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }
}
