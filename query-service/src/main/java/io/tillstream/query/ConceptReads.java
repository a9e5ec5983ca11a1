package io.tillstream.query;

import io.tillstream.query.access.AccessReads;
import io.tillstream.query.apikey.ApiKeyReads;
import io.tillstream.query.category.CategoryReads;
import io.tillstream.query.product.ProductReads;
import io.tillstream.query.tag.TagReads;
import io.tillstream.query.user.UserReads;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The projections and endpoints of every concept. A new concept is added here. */
@Configuration
@Import({ProductReads.class, CategoryReads.class, TagReads.class, UserReads.class, AccessReads.class, ApiKeyReads.class
})
public class ConceptReads {}
