@"%~dp0node.exe" "%~dp0node_modules\pulumi-pgindex\pulumi-resource-pgindex" %*
