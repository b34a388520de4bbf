//! CREATE, ALTER, DROP.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{AlterOperation, ColumnDef, CreateTable, CreateView, Ident, Query, StatementKind};
use crate::parse::read::External;
use crate::parse::token::is_word;

impl Lower<'_> {
    pub(super) fn create_table(&mut self, create: &sp::CreateTable) -> CreateTable {
        let name = self.name(&create.name);
        if let Some(like) = &create.like {
            let (sp::CreateTableLikeKind::Parenthesized(like) | sp::CreateTableLikeKind::Plain(like)) = like;
            let like = self.name(&like.name);
            self.unsupported(like.span(), "CREATE TABLE … LIKE");
        }
        if let Some(clone) = &create.clone {
            let clone = self.name(clone);
            self.unsupported(clone.span(), "CREATE TABLE … CLONE");
        }
        let columns = self.column_defs(&create.columns);
        let after = self.cursor.pos();
        let mut primary_key = self.primary_key(&create.constraints);
        if let Some(key) = &create.primary_key {
            primary_key.extend(self.key_columns(std::slice::from_ref(key.as_ref())));
        }
        self.cursor.set(after);
        let query = create.query.as_ref().map(|query| Box::new(self.query_after_as(query)));
        CreateTable {
            name,
            if_not_exists: create.if_not_exists,
            or_replace: create.or_replace,
            external: create.external,
            columns,
            primary_key,
            query,
            options: options(&create.table_options),
            temporary: create.temporary,
            foreign_key: has_foreign_key(&create.columns, &create.constraints),
        }
    }

    pub(super) fn external_table(&mut self, external: &External) -> CreateTable {
        let name = self.name(&external.name);
        let columns = self.column_defs(&external.columns);
        CreateTable {
            name,
            if_not_exists: external.if_not_exists,
            or_replace: external.or_replace,
            external: true,
            columns,
            primary_key: self.primary_key(&external.constraints),
            query: None,
            options: external.options.clone(),
            temporary: false,
            foreign_key: has_foreign_key(&external.columns, &external.constraints),
        }
    }

    pub(super) fn create_view(&mut self, create: &sp::CreateView) -> CreateView {
        let name = self.name(&create.name);
        let open = (!create.columns.is_empty()).then(|| self.cursor.open(&Token::LParen));
        let columns = create.columns.iter().map(|column| self.ident(&column.name)).collect();
        if let Some(close) = open {
            self.cursor.close(close);
        }
        let query = Box::new(self.query_after_as(&create.query));
        CreateView {
            name,
            or_replace: create.or_replace,
            if_not_exists: create.if_not_exists,
            columns,
            query,
        }
    }

    /// The query behind `AS`; before it stand clauses that are not followed word by word.
    fn query_after_as(&mut self, query: &sp::Query) -> Query {
        const STARTS: &[&str] = &["select", "with", "values", "table", "from", "insert", "update", "delete"];
        let begins = |t: &Token| *t == Token::LParen || STARTS.iter().any(|w| is_word(t, w));
        while let Some(found) = self.cursor.find(|t| is_word(t, "as")) {
            self.cursor.set(found + 1);
            if begins(self.cursor.peek()) {
                return self.query(query);
            }
        }
        // `CREATE TABLE t SELECT …` of MySQL.
        if let Some(found) = self.cursor.find(begins) {
            self.cursor.set(found);
        }
        self.query(query)
    }

    fn column_defs(&mut self, columns: &[sp::ColumnDef]) -> Vec<ColumnDef> {
        let open = (*self.cursor.peek() == Token::LParen).then(|| self.cursor.open(&Token::LParen));
        let lowered = columns.iter().map(|column| self.column_def(column)).collect();
        if let Some(close) = open {
            self.cursor.close(close);
        }
        lowered
    }

    fn column_def(&mut self, column: &sp::ColumnDef) -> ColumnDef {
        let name = self.ident(&column.name);
        let ty = (column.data_type != sp::DataType::Unspecified).then(|| self.type_name());
        let mut lowered =
            ColumnDef { name, ty, not_null: false, primary_key: false, has_default: false, comment: None };
        for option in &column.options {
            column_option(&option.option, &mut lowered);
        }
        lowered
    }

    fn primary_key(&mut self, constraints: &[sp::TableConstraint]) -> Vec<Ident> {
        let mut columns = Vec::new();
        for constraint in constraints {
            if let sp::TableConstraint::PrimaryKey(key) = constraint {
                let exprs: Vec<sp::Expr> = key.columns.iter().map(|c| c.column.expr.clone()).collect();
                columns.extend(self.key_columns(&exprs));
            }
        }
        columns
    }

    /// The columns of a key; keys over expressions name none.
    fn key_columns(&mut self, exprs: &[sp::Expr]) -> Vec<Ident> {
        let mut columns = Vec::new();
        for expr in exprs {
            match expr {
                sp::Expr::Identifier(ident) => columns.push(self.ident(ident)),
                sp::Expr::Nested(inner) => {
                    columns.extend(self.key_columns(std::slice::from_ref(inner.as_ref())))
                }
                sp::Expr::Tuple(items) => columns.extend(self.key_columns(items)),
                _ => {}
            }
        }
        columns
    }

    pub(super) fn drop(
        &mut self,
        what: &sp::ObjectType,
        if_exists: bool,
        names: &[sp::ObjectName],
    ) -> StatementKind {
        let view = match what {
            sp::ObjectType::Table => false,
            sp::ObjectType::View | sp::ObjectType::MaterializedView => true,
            other => return StatementKind::Other(format!("DROP {other}")),
        };
        let names = names.iter().map(|name| self.name(name)).collect();
        StatementKind::Drop { view, if_exists, names }
    }

    pub(super) fn rename_table(&mut self, renames: &[sp::RenameTable]) -> StatementKind {
        let [rename] = renames else { return StatementKind::Other("RENAME TABLE".to_string()) };
        let name = self.name(&rename.old_name);
        let operations = vec![AlterOperation::RenameTable(self.name(&rename.new_name))];
        StatementKind::AlterTable { name, if_exists: false, operations }
    }

    pub(super) fn alter_table(&mut self, alter: &sp::AlterTable) -> StatementKind {
        let name = self.name(&alter.name);
        let operations =
            alter.operations.iter().flat_map(|operation| self.alter_operation(operation)).collect();
        StatementKind::AlterTable { name, if_exists: alter.if_exists, operations }
    }

    fn alter_operation(&mut self, operation: &sp::AlterTableOperation) -> Vec<AlterOperation> {
        use sp::AlterTableOperation as A;
        match operation {
            A::AddColumn { if_not_exists, column_def, .. } => {
                let column = self.column_def(column_def);
                vec![AlterOperation::AddColumn { if_not_exists: *if_not_exists, column }]
            }
            A::DropColumn { column_names, if_exists, .. } => column_names
                .iter()
                .map(|name| AlterOperation::DropColumn { if_exists: *if_exists, name: self.ident(name) })
                .collect(),
            A::RenameColumn { old_column_name, new_column_name } => {
                let from = self.ident(old_column_name);
                vec![AlterOperation::RenameColumn { from, to: self.ident(new_column_name) }]
            }
            A::RenameTable {
                table_name: sp::RenameTableNameKind::As(name) | sp::RenameTableNameKind::To(name),
            } => {
                vec![AlterOperation::RenameTable(self.name(name))]
            }
            A::AddConstraint { constraint: constraint @ sp::TableConstraint::PrimaryKey(_), .. } => {
                vec![AlterOperation::AddPrimaryKey(self.primary_key(std::slice::from_ref(constraint)))]
            }
            A::AlterColumn { column_name, op } => {
                let column = self.ident(column_name);
                vec![self.alter_column(column, op)]
            }
            A::ModifyColumn { col_name, options, .. } => {
                let column = self.ident(col_name);
                self.retyped(column, options)
            }
            A::ChangeColumn { old_name, new_name, options, .. } => {
                let from = self.ident(old_name);
                let to = self.ident(new_name);
                let mut operations = vec![AlterOperation::RenameColumn { from, to: to.clone() }];
                operations.extend(self.retyped(to, options));
                operations
            }
            other => {
                let text = other.to_string();
                let words: Vec<&str> = text.split_whitespace().take(2).collect();
                vec![AlterOperation::Other(words.join(" "))]
            }
        }
    }

    fn alter_column(&mut self, column: Ident, op: &sp::AlterColumnOperation) -> AlterOperation {
        use sp::AlterColumnOperation as C;
        match op {
            C::SetNotNull => AlterOperation::SetNotNull { column, not_null: true },
            C::DropNotNull => AlterOperation::SetNotNull { column, not_null: false },
            C::SetDefault { .. } | C::AddGenerated { .. } => {
                AlterOperation::SetDefault { column, has_default: true }
            }
            C::DropDefault => AlterOperation::SetDefault { column, has_default: false },
            C::SetDataType { .. } => {
                self.cursor.skip_any(&["set", "data", "type"]);
                AlterOperation::SetType { column, ty: self.type_name() }
            }
        }
    }

    /// A column declared anew: its type, and whether it may be NULL.
    fn retyped(&mut self, column: Ident, options: &[sp::ColumnOption]) -> Vec<AlterOperation> {
        let ty = self.type_name();
        let not_null =
            options.iter().any(|o| matches!(o, sp::ColumnOption::NotNull | sp::ColumnOption::PrimaryKey(_)));
        vec![
            AlterOperation::SetType { column: column.clone(), ty },
            AlterOperation::SetNotNull { column, not_null },
        ]
    }
}

fn has_foreign_key(columns: &[sp::ColumnDef], constraints: &[sp::TableConstraint]) -> bool {
    let of_column = |option: &sp::ColumnOptionDef| matches!(option.option, sp::ColumnOption::ForeignKey(_));
    columns.iter().any(|column| column.options.iter().any(of_column))
        || constraints.iter().any(|one| matches!(one, sp::TableConstraint::ForeignKey(_)))
}

fn column_option(option: &sp::ColumnOption, column: &mut ColumnDef) {
    use sp::ColumnOption as O;
    match option {
        O::NotNull => column.not_null = true,
        O::Null => column.not_null = false,
        O::PrimaryKey(_) => column.primary_key = true,
        O::Default(_)
        | O::Generated { .. }
        | O::Identity(_)
        | O::Materialized(_)
        | O::Ephemeral(_)
        | O::Alias(_) => {
            column.has_default = true;
        }
        O::Comment(text) => column.comment = Some(text.clone()),
        O::DialectSpecific(tokens) => {
            let auto = tokens.iter().any(|t| is_word(t, "auto_increment") || is_word(t, "autoincrement"));
            column.has_default |= auto;
        }
        _ => {}
    }
}

/// `WITH (k = v)` and its spellings.
fn options(options: &sp::CreateTableOptions) -> Vec<(String, String)> {
    let list = match options {
        sp::CreateTableOptions::None => return Vec::new(),
        sp::CreateTableOptions::With(list)
        | sp::CreateTableOptions::Options(list)
        | sp::CreateTableOptions::Plain(list)
        | sp::CreateTableOptions::TableProperties(list) => list,
    };
    let mut all = Vec::with_capacity(list.len());
    for option in list {
        match option {
            sp::SqlOption::KeyValue { key, value } => {
                let text = match value {
                    sp::Expr::Value(value) => Lower::text_of(&value.value),
                    other => other.to_string(),
                };
                all.push((key.value.to_lowercase(), text));
            }
            sp::SqlOption::Ident(ident) => all.push((ident.value.to_lowercase(), String::new())),
            sp::SqlOption::Comment(sp::CommentDef::WithEq(text) | sp::CommentDef::WithoutEq(text)) => {
                all.push(("comment".to_string(), text.clone()));
            }
            _ => {}
        }
    }
    all
}
