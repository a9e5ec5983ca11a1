package io.tillstream.query.event;

import io.tillstream.store.EventLog;
import io.tillstream.store.EventPages;
import io.tillstream.store.RecentEvents;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The event feed and what it reads. */
@Configuration
@Import(EventQueryController.class)
public class EventReads {
    @Bean
    EventPages eventPages(EventLog log) {
        return new EventPages(log);
    }

    @Bean
    RecentEvents recentEvents(EventPages pages) {
        return new RecentEvents(pages);
    }
}
