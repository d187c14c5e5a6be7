package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyRing;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page in Chromium: what a real browser makes of the cookie, and what it keeps from scripts. */
class DemoBrowserIT {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path CHROMEDRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Dimension DESKTOP = new Dimension(1280, 1500);
    private static final Dimension PHONE = new Dimension(500, 2600);

    /** Held, so that its level stays: Selenium warns of every browser newer than itself, and nothing here needs to know. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    private final List<ChromeDriver> browsers = new ArrayList<>();
    private DemoServer demo;
    private Path target;

    @BeforeEach
    void start() throws Exception {
        for (Path needed : List.of(CHROMIUM, CHROMEDRIVER)) {
            assertThat(Files.isExecutable(needed))
                    .as(needed + " is missing: install the packages chromium and chromium-driver")
                    .isTrue();
        }
        target = Path.of(Objects.requireNonNull(System.getProperty("demo.target"), "demo.target"));
        demo = DemoServer.start(Options.parse("--port", "0"), KeyRing.random(), InstantSource.system());
    }

    @AfterEach
    void stop() {
        browsers.forEach(ChromeDriver::quit);
        demo.close();
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

        browser.findElement(By.id("fetch-orders")).click();
        awaitVisible(browser, "orders");
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
        screenshot(browser, "session");
        browser.manage().window().setSize(PHONE);
        screenshot(browser, "session-narrow");
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
        browser.manage().window().setSize(DESKTOP);
        screenshot(browser, "session-dark");

        notes(browser).get(0).findElement(By.tagName("button")).click();
        wait(browser).until(driver -> notes(browser).isEmpty());
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

    /** Opens the page in a browser of its own, with a profile that has never been used. */
    private ChromeDriver browse() {
        try {
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
            File log =
                    target.resolve("chromedriver-" + browsers.size() + ".log").toFile();
            ChromeDriverService service = new ChromeDriverService.Builder()
                    .usingDriverExecutable(CHROMEDRIVER.toFile())
                    .usingAnyFreePort()
                    .withLogFile(log)
                    .build();
            ChromeDriver browser = new ChromeDriver(service, options);
            browsers.add(browser);
            browser.manage().window().setSize(DESKTOP);
            browser.get(demo.uri() + "/");
            return browser;
        } catch (IOException e) {
            throw new AssertionError("a browser profile cannot be made", e);
        }
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

    private void screenshot(ChromeDriver browser, String name) throws IOException {
        Path directory = Files.createDirectories(target.resolve("screenshots"));
        Files.write(directory.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }
}
