package dev.cloakroom;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds the engine's packages and classes free of cycles. */
class ArchitectureTest {

    private static JavaClasses engine() throws URISyntaxException {
        Path classes = Path.of(SessionEngine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return new ClassFileImporter().importPath(classes);
    }

    @Test
    void packages_ofTheEngine_formNoCycle() throws URISyntaxException {
        slices().matching("dev.(**)").should().beFreeOfCycles().check(engine());
    }

    @Test
    void classes_ofTheEngine_formNoCycle() throws URISyntaxException {
        slices().assignedFrom(new TopLevelClasses()).should().beFreeOfCycles().check(engine());
    }

    /** Puts a class with the classes inside it, and {@link Attribute} with its types. */
    private static final class TopLevelClasses implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            JavaClass outermost = type;
            while (outermost.getEnclosingClass().isPresent()) {
                outermost = outermost.getEnclosingClass().get();
            }
            boolean attributes = outermost.getPackageName().equals("dev.cloakroom")
                    && outermost.getSimpleName().matches("Attribute|AttributeType");
            return SliceIdentifier.of(attributes ? "Attribute and its types" : outermost.getName());
        }

        @Override
        public String getDescription() {
            return "top-level classes";
        }
    }
}
