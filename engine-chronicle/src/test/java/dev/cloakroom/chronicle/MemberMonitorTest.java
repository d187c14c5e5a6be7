package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class MemberMonitorTest {

    private final Logger logger = Logger.getLogger(ChronicleSessionStore.class.getName());
    private final List<Throwable> logged = Collections.synchronizedList(new ArrayList<>());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Test
    void run_checkThrowsAnError_loggedOnceAndCheckedAgain() throws Exception {
        CountDownLatch checks = new CountDownLatch(5);
        LinkageError failure = new LinkageError("a class is missing");
        logger.addHandler(handler);
        try (MemberMonitor monitor = new MemberMonitor(() -> {
            checks.countDown();
            throw failure;
        })) {
            assertThat(monitor).isNotNull();
            assertThat(checks.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            logger.removeHandler(handler);
        }

        assertThat(logged).containsExactly(failure);
    }

    @Test
    void run_logFailsAsWell_checkedAgain() throws Exception {
        CountDownLatch checks = new CountDownLatch(3);
        Handler broken = new Handler() {
            @Override
            public void publish(LogRecord record) {
                throw new LinkageError("a log that fails");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(broken);
        try (MemberMonitor monitor = new MemberMonitor(() -> {
            checks.countDown();
            throw new IllegalStateException("the store cannot be opened");
        })) {
            assertThat(monitor).isNotNull();
            assertThat(checks.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            logger.removeHandler(broken);
        }
    }
}
