package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each picture of the documentation was drawn from the source beside it, and is small. */
class PicturesTest {

    private static final Path FOLDER = Path.of("..", "docs", "pictures");
    private static final long MAX_BYTES = 48 * 1024;

    @Test
    void pictures_areDrawnFromTheirSources() throws Exception {
        List<Path> sources = sources();
        for (Path source : sources) {
            String name = source.getFileName().toString();
            Path picture = source.resolveSibling(name.replace(".d2", ".svg"));

            assertThat(picture).exists();
            assertThat(Files.readString(picture))
                    .as("run npm --prefix docs/pictures run draw")
                    .startsWith("<!-- Drawn from " + name + ": " + hash(source) + " -->");
            assertThat(Files.size(picture)).isLessThan(MAX_BYTES);
        }
        assertThat(sources).hasSizeGreaterThan(5);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".d2"))
                    .filter(file -> !file.endsWith("style.d2"))
                    .toList();
        }
    }

    private static String hash(Path source) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(Files.readAllBytes(FOLDER.resolve("style.d2")));
        bytes.write(Files.readAllBytes(source));
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    }
}
