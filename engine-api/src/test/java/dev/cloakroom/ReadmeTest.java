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

/** Compiles and runs the program in the README, just as it stands there. */
class ReadmeTest {

    private static final Pattern PROGRAM = Pattern.compile("```java\n(import .*?)```", Pattern.DOTALL);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Tag("long")
    @Test
    void program_compiledAndRun_countsVisits(@TempDir Path folder) throws Exception {
        int port = FreePorts.one();
        Matcher program = PROGRAM.matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(program.find()).isTrue();
        Path source = Files.writeString(
                folder.resolve("Visits.java"), program.group(1).replace("8080", "" + port));
        int failures = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-Xlint:all", "-Werror", "-d", folder.toString(), source.toString());
        assertThat(failures).isZero();

        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("Visits").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
            HttpResponse<String> first = get(port, "");
            assertThat(first.body()).isEqualTo("Visit number 1\n");
            List<String> cookies = first.headers().allValues("Set-Cookie");
            assertThat(cookies).singleElement().asString().endsWith("; Path=/; Secure; HttpOnly; SameSite=Strict");
            String cookie = cookies.get(0).substring(0, cookies.get(0).indexOf(';'));

            HttpResponse<String> second = get(port, cookie);

            assertThat(second.body()).isEqualTo("Visit number 2\n");
            assertThat(second.headers().allValues("Set-Cookie")).isEmpty();
            assertThat(get(port, cookie + "x").body()).isEqualTo("Visit number 1\n");
        }
    }

    private static HttpResponse<String> get(int port, String cookie) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/"));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
