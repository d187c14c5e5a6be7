package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.FreePorts;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the programs in the README and in the guide, just as they stand there. */
class ReadmeTest {

    private static final Pattern PROGRAM = Pattern.compile("```java\n(import .*?)```", Pattern.DOTALL);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Tag("long")
    @Test
    void program_ofTheReadme_countsVisits(@TempDir Path folder) throws Exception {
        int port = FreePorts.one();
        try (URLClassLoader loader = compiled(Path.of("..", "README.md"), "Visits", port, folder)) {
            main(loader, "Visits");
            HttpResponse<String> first = get(port, "");
            assertThat(first.body()).isEqualTo("Visit number 1\n");
            String cookie = cookieOf(first);

            HttpResponse<String> second = get(port, cookie);

            assertThat(second.body()).isEqualTo("Visit number 2\n");
            assertThat(second.headers().allValues("Set-Cookie")).isEmpty();
            assertThat(get(port, cookie + "x").body()).isEqualTo("Visit number 1\n");
        }
    }

    @Tag("long")
    @Test
    void program_ofTheGuide_logsIn(@TempDir Path folder) throws Exception {
        int port = FreePorts.one();
        try (URLClassLoader loader = compiled(Path.of("..", "docs", "getting-started.md"), "Hello", port, folder)) {
            main(loader, "Hello");
            assertThat(get(port, "").body()).isEqualTo("Hello null\n");

            HttpResponse<String> login = get(port, "login", "");

            assertThat(login.body()).isEqualTo("Hello ada\n");
            assertThat(get(port, cookieOf(login)).body()).isEqualTo("Hello ada\n");
        }
    }

    private static URLClassLoader compiled(Path page, String name, int port, Path folder) throws Exception {
        Matcher program = PROGRAM.matcher(Files.readString(page));
        assertThat(program.find()).isTrue();
        Path source = Files.writeString(
                folder.resolve(name + ".java"), program.group(1).replace("8080", "" + port));
        int failures = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-Xlint:all", "-Werror", "-d", folder.toString(), source.toString());
        assertThat(failures).isZero();
        return new URLClassLoader(new URL[] {folder.toUri().toURL()});
    }

    private static void main(ClassLoader loader, String name) throws Exception {
        loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    }

    private static String cookieOf(HttpResponse<String> response) {
        List<String> cookies = response.headers().allValues("Set-Cookie");
        assertThat(cookies).singleElement().asString().endsWith("; Path=/; Secure; HttpOnly; SameSite=Strict");
        return cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
    }

    private static HttpResponse<String> get(int port, String cookie) throws Exception {
        return get(port, "", cookie);
    }

    private static HttpResponse<String> get(int port, String path, String cookie) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/" + path));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
