package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The threat model names a test for each of its claims, and each test that it names exists. */
class ThreatModelTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path PAGE = ROOT.resolve("docs/threat-model.md");
    private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules");
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+)\\.(\\w+_\\w+)`");
    private static final String TABLE_OF_CLAIMS = "| Attack | What Cloakroom does | Tests |";

    @Test
    void testsThatThePageNames_exist() throws IOException {
        Map<String, List<Path>> sources = sources();
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher matcher = NAMED.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            named++;
            if (!declares(sources.getOrDefault(matcher.group(1), List.of()), matcher.group(2))) {
                missing.add(matcher.group());
            }
        }

        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(80);
    }

    @Test
    void rowsOfTheTables_nameATest() throws IOException {
        List<String> without = new ArrayList<>();
        int rows = 0;
        boolean inTable = false;
        for (String line : Files.readAllLines(PAGE)) {
            boolean row = line.startsWith("|");
            inTable = row && (inTable || line.equals(TABLE_OF_CLAIMS));
            if (inTable && !line.equals(TABLE_OF_CLAIMS) && !line.startsWith("|--")) {
                rows++;
                String[] cells = line.split("\\|", -1);
                if (!NAMED.matcher(cells[cells.length - 2]).find()) {
                    without.add(line);
                }
            }
        }

        assertThat(without).isEmpty();
        assertThat(rows).isGreaterThan(40);
    }

    private static boolean declares(List<Path> files, String method) throws IOException {
        Pattern declaration = Pattern.compile("\\bvoid\\s+" + Pattern.quote(method) + "\\(");
        for (Path file : files) {
            if (declaration.matcher(Files.readString(file)).find()) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, List<Path>> sources() throws IOException {
        Map<String, List<Path>> sources = new HashMap<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return SKIPPED.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = file.getFileName().toString();
                if (name.endsWith(".java")) {
                    sources.computeIfAbsent(name.substring(0, name.length() - 5), key -> new ArrayList<>())
                            .add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }
}
