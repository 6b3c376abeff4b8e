drop table article_like;
drop table article;
