create table article (
  id serial primary key,
  name varchar(100) not null,
  creator_id int not null,
  removed boolean default false not null
);
create table article_like (
  id serial primary key,
  article_id int references article on update cascade on delete cascade not null,
  user_id int not null
);
