package io.tillstream.command;

import io.tillstream.command.access.AccessCommands;
import io.tillstream.command.admin.AdminCommands;
import io.tillstream.command.apikey.ApiKeyCommands;
import io.tillstream.command.category.CategoryCommands;
import io.tillstream.command.heads.HeadsConfiguration;
import io.tillstream.command.platform.CommandPlatformConfiguration;
import io.tillstream.command.product.ProductCommands;
import io.tillstream.command.publisher.PublisherConfiguration;
import io.tillstream.command.tag.TagCommands;
import io.tillstream.command.user.UserCommands;
import io.tillstream.command.webhook.WebhookCommands;
import io.tillstream.http.HttpEdgeConfiguration;
import io.tillstream.store.EventStoreConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Everything of the write side: the platform, the publisher, the tree heads and, one line each, the concepts. */
@Configuration
@Import({
    EventStoreConfiguration.class,
    HttpEdgeConfiguration.class,
    CommandPlatformConfiguration.class,
    PublisherConfiguration.class,
    HeadsConfiguration.class,
    ProductCommands.class,
    CategoryCommands.class,
    TagCommands.class,
    UserCommands.class,
    AccessCommands.class,
    ApiKeyCommands.class,
    AdminCommands.class,
    WebhookCommands.class
})
public class CommandServiceConfiguration {}
